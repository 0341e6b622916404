#!/usr/bin/env bash
# A store in a bucket, against Ceph's RADOS Gateway, which keeps conditions, or s3rver, which ignores them: published, read over plain
# HTTP, kept; what every store does; two publishers and a gc at once, each killed at any moment; what goes wrong, in one line.
# Usage: s3.sh [rados_gateway|s3rver]    S3_SECONDS: how long they are at it.
# Covers: server-tools/commands/command.cc, store/s3/leases.cc.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/s3_services.sh"
service=${1:-rados_gateway}
need_mount
trap 'stop_s3; clean_up' EXIT
"start_$service" "$work/service"
make_key
bucket=s3://test/store
bucket_url=$AWS_ENDPOINT_URL/test/store
url=$bucket_url
must_verify() { "$rootstream" verify "$bucket" --pubkey "$key.pub" >"$work/verify.log" 2>&1 || fail "$(cat "$work/verify.log")"; }

for version in 1 2; do
  mkdir -p "$work/$version"
  echo "version $version" >"$work/$version/version"
  noise 20000000 common >"$work/$version/common"
  noise 5000000 "$version" >"$work/$version/own"
done

step 'what every store does'
ROOTSTREAM_TEST_BUCKET=s3://test/unit "$build/bin/unit_tests" --gtest_filter='ObjectStoreTest/2.*' >"$work/unit.log" 2>&1 ||
  fail "$(grep -B5 FAILED "$work/unit.log" | head -n 20)"

step 'published, and read over plain HTTP'
"$rootstream" publish "$work/1" "$bucket" tree:1 --key "$key" >/dev/null
must_verify
"let_everybody_read_$service" store
mkdir "$work/mnt"
env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY "$rootstream" mount "$url/tree:1" "$work/mnt" --pubkey "$key.pub" --cache "$work/cache"
"$tree_compare" "$work/1" "$work/mnt" || fail 'it is not what was published'
fusermount3 -u "$work/mnt"
curl -sI "$url/images/tree/1" | grep -qi '^cache-control: public, max-age=30' || fail 'a ref may be kept too long'
"$rootstream" publish "$work/2" "$bucket" tree:1 --key "$key" | grep -q 'of it was in the store' || fail 'nothing was known'

step 'versions'
"$rootstream" rollback "$bucket" tree:1 --key "$key" >/dev/null
[ "$("$rootstream" cat "$url/tree:1" /version --pubkey "$key.pub" --cache "$work/cache")" = 'version 1' ] || fail 'not rolled back'
"$rootstream" tag "$bucket" tree:1 tree:good --key "$key" >/dev/null
"$rootstream" delete "$bucket" tree:1 >/dev/null
"$rootstream" history "$bucket" tree | grep -q 'tree:good' || fail 'the history lacks the tag'
expect_fail 'tree:1' 1 "$rootstream" cat "$url/tree:1" /version --pubkey "$key.pub" --cache "$work/other"
"$rootstream" rollback "$bucket" tree:1 --key "$key" >/dev/null
must_verify

step 'two publishers and a gc at once, killed at any moment'
end=$((SECONDS + ${S3_SECONDS:-20}))
publisher() {
  while [ $SECONDS -lt $end ]; do
    # The lease of one that was killed keeps gc out for a minute.
    [ $((RANDOM % 8)) != 0 ] ||
      timeout -s KILL "0.$((RANDOM % 900 + 100))" "$rootstream" publish "$work/$1" "$bucket" "many:$1" --key "$key" || true
    "$rootstream" publish "$work/$1" "$bucket" many:both --key "$key" || echo "publisher $1" >>"$work/failures"
    sleep "$((RANDOM % 5))"
  done >>"$work/publisher.$1.log" 2>&1
}
publisher 1 &
one=$!
publisher 2 &
two=$!
while [ $SECONDS -lt $end ]; do
  timeout -s KILL "$((RANDOM % 5 + 1))" "$rootstream" gc "$bucket" --grace 0 --keep 0 >>"$work/gc.log" 2>&1 || true
  "$rootstream" gc "$bucket" --grace 0 --keep 0 >>"$work/gc.log" 2>&1 || grep -q 'is at work' "$work/gc.log" || echo gc >>"$work/failures"
done
wait "$one" "$two"
[ ! -e "$work/failures" ] || fail "failed: $(sort "$work/failures" | uniq -c) $(tail -n 2 "$work"/publisher.*.log "$work/gc.log")"
must_verify
for _ in $(seq 90); do
  ! "$rootstream" gc "$bucket" --grace 0 --keep 0 >>"$work/gc.log" 2>&1 || break
  sleep 1
done
grep -q '^freed' "$work/gc.log" || fail "gc never ran: $(tail -n 1 "$work/gc.log")"
must_verify
serial=$("$rootstream" history "$bucket" many:both | awk '$1 == "*" { print $2 }')
echo "   serial $serial, $(grep -c '^freed' "$work/gc.log") collections"
"$rootstream" publish "$work/1" "$bucket" many:both --key "$key" >/dev/null
must_verify

step 'what an upload that broke off left is cleared up'
s3_request POST "$bucket_url/packs/ab/abc?uploads=" >/dev/null || [ "$service" != rados_gateway ] || fail 'no upload begins'
"$rootstream" gc "$bucket" --grace 0 --keep 0 >"$work/gc.left" || fail 'gc fails'
[ "$service" != rados_gateway ] || grep -q '^temporary *[1-9]' "$work/gc.left" || fail "the upload stays: $(cat "$work/gc.left")"
must_verify

step 'copied from a folder, to a folder, and between buckets'
"$rootstream" publish "$work/1" "$store" tree:1 --key "$key" >/dev/null
"$rootstream" mirror "$store" s3://test/copy --pubkey "$key.pub" >/dev/null
"$rootstream" mirror s3://test/copy s3://test/second --pubkey "$key.pub" >/dev/null
"$rootstream" mirror s3://test/second "$work/back" --pubkey "$key.pub" >/dev/null
diff -r "$store/packs" "$work/back/packs" || fail 'the packs are not the same'
cmp "$store/images/tree/1" "$work/back/images/tree/1" || fail 'the ref is not the same'
"$rootstream" mirror s3://test/copy s3://test/second --pubkey "$key.pub" | grep -q '^0 packs fetched' || fail 'fetched again'
expect_fail 'it is the store to copy from' 1 "$rootstream" mirror s3://test/copy s3://test/copy/ --pubkey "$key.pub"

step 'a private bucket, read with a key'
printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >"$work/keys"
private=$AWS_ENDPOINT_URL/test/copy/tree:1
[ "$service" != rados_gateway ] || expect_fail 'HTTP 403' 1 "$rootstream" cat "$private" /version --pubkey "$key.pub" --cache none
"$rootstream" mount "$private" "$work/mnt" --pubkey "$key.pub" --cache "$work/private" --s3-credentials "$work/keys"
"$tree_compare" "$work/1" "$work/mnt" || fail 'it is not what was published'
fusermount3 -u "$work/mnt"

step 'what goes wrong'
expect_fail 'has no bucket nothing' 1 "$rootstream" publish "$work/1" s3://nothing/store a --key "$key"
expect_fail 'no store is there' 1 "$rootstream" verify s3://test/elsewhere
expect_fail 'not a store, and not empty' 1 "$rootstream" publish "$work/1" s3://test a --key "$key"
if [ "$service" = rados_gateway ]; then # s3rver believes everybody
  AWS_ACCESS_KEY_ID=unknown expect_fail 'does not know access key unknown' 1 "$rootstream" stats "$bucket"
  AWS_SECRET_ACCESS_KEY=wrong expect_fail "the secret key of $AWS_ACCESS_KEY_ID is wrong" 1 "$rootstream" stats "$bucket"
  (
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    HOME=$work expect_fail 'there is no access key' 1 "$rootstream" stats s3://test/unit
  )
fi
expect_fail 'it is no URL' 1 "$rootstream" stats "$bucket" --s3-endpoint nowhere
expect_fail 'has it' 1 "$rootstream" stats "$bucket" --s3-profile nobody
expect_fail 'is not s3://BUCKET' 1 "$rootstream" stats s3://
