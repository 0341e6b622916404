# Sourced: S3 services for tests, in a scratch folder, on loopback. start_NAME FOLDER sets AWS_ENDPOINT_URL and the keys of a user,
# and makes the bucket `test`; let_everybody_read_NAME PREFIX opens a store in it; stop_s3 ends the service.
#   rados_gateway   Ceph's, with one monitor and one store in memory: STORE_PACKAGES in test.sh
#   s3rver          of npm: test.sh installs it into build/npm

s3_processes=()

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_rados_gateway() {
  need ceph-mon ceph-osd radosgw radosgw-admin monmaptool
  gateway_folder=$1
  local monitor port
  monitor=127.0.0.1:$(free_port)
  port=$(free_port)
  mkdir -p "$gateway_folder"/{mon,osd,rgw,run,crash}
  gateway_conf=$gateway_folder/ceph.conf
  cat >"$gateway_conf" <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon_host = v2:$monitor
mon_initial_members = a
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
keyring = $gateway_folder/keyring
run_dir = $gateway_folder/run
admin_socket = $gateway_folder/run/\$name.asok
pid_file = $gateway_folder/run/\$name.pid
log_file = $gateway_folder/\$name.log
crash_dir = $gateway_folder/crash
client_mount_timeout = 30
mon_allow_pool_size_one = true
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
memstore_device_bytes = 2147483648
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
[mon.a]
mon_data = $gateway_folder/mon
[osd.0]
osd_data = $gateway_folder/osd
[client.rgw]
rgw_data = $gateway_folder/rgw
rgw_frontends = beast endpoint=127.0.0.1:$port
rgw_enable_apis = s3
ms_mon_client_mode = crc
CONF
  (
    monmaptool --create --fsid "$(sed -n 's/^fsid = //p' "$gateway_conf")" --addv a "[v2:$monitor]" "$gateway_folder/monmap"
    ceph-mon -c "$gateway_conf" -i a --mkfs --monmap "$gateway_folder/monmap"
    ceph-mon -c "$gateway_conf" -i a
    timeout 60 ceph -c "$gateway_conf" osd create
    ceph-osd -c "$gateway_conf" -i 0 --mkfs
    ceph-osd -c "$gateway_conf" -i 0
  ) >"$gateway_folder/start.log" 2>&1 || fail "Ceph does not start: $(tail -n 3 "$gateway_folder/start.log")"
  # It detaches itself when it is ready.
  timeout 120 radosgw -c "$gateway_conf" -n client.rgw >>"$gateway_folder/start.log" 2>&1 ||
    fail "the gateway does not start: $(tail -n 3 "$gateway_folder/client.rgw.log")"
  export AWS_ACCESS_KEY_ID=tester AWS_SECRET_ACCESS_KEY=SecretOfTester AWS_ENDPOINT_URL=http://127.0.0.1:$port
  timeout 60 radosgw-admin -c "$gateway_conf" -n client.rgw user create --uid=tester --display-name=tester \
    --access-key="$AWS_ACCESS_KEY_ID" --secret-key="$AWS_SECRET_ACCESS_KEY" >>"$gateway_folder/start.log" 2>&1
  s3_request PUT "$AWS_ENDPOINT_URL/test" || fail "the gateway makes no bucket"
}

let_everybody_read_rados_gateway() {
  local policy=$gateway_folder/policy
  cat >"$policy" <<POLICY
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"],
 "Resource": ["arn:aws:s3:::test/$1/images/*", "arn:aws:s3:::test/$1/manifests/*", "arn:aws:s3:::test/$1/packs/*"]}]}
POLICY
  curl -sf -X PUT --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 --data-binary "@$policy" \
    -H "x-amz-content-sha256: $(sha256sum "$policy" | cut -c 1-64)" "$AWS_ENDPOINT_URL/test?policy=" || fail 'no policy'
}

start_s3rver() {
  local program=$repository/build/npm/node_modules/.bin/s3rver port
  [ -x "$program" ] || skip 'build/npm has no s3rver; ./test.sh --stores installs it'
  port=$(free_port)
  mkdir -p "$1"
  export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER AWS_ENDPOINT_URL=http://127.0.0.1:$port
  "$program" -d "$1" -a 127.0.0.1 -p "$port" --configure-bucket test --silent >"$1.log" 2>&1 &
  s3_processes+=($!)
  local i
  for i in $(seq 100); do
    ! s3_request GET "$AWS_ENDPOINT_URL/test" >/dev/null || return 0
    sleep 0.1
  done
  fail "s3rver does not start: $(tail -n 3 "$1.log")"
}

let_everybody_read_s3rver() { :; } # it asks nobody

stop_s3() {
  local pid
  for pid in "${s3_processes[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  for pid in "${gateway_folder:-/none}"/run/*.pid; do
    [ -s "$pid" ] || continue
    kill -9 "$(cat "$pid")" 2>/dev/null || true
  done
}

# s3_request METHOD URL [CURL-ARGUMENTS...]: signed, without a body.
s3_request() {
  local method=$1 url=$2
  shift 2
  curl -sf -m 20 -X "$method" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 \
    -H "x-amz-content-sha256: $(printf '' | sha256sum | cut -c 1-64)" "$@" "$url"
}
