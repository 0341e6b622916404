# Sourced: an S3 service for tests, Ceph's RADOS Gateway with one monitor and one store in memory, in a scratch folder, on
# loopback. Debian's packages: S3_PACKAGES in test.sh.

ceph_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start_gateway FOLDER: sets AWS_ENDPOINT_URL and the keys of a user, and makes the bucket `test`. stop_gateway ends it.
start_gateway() {
  gateway_folder=$1
  local monitor port
  monitor=127.0.0.1:$(ceph_port)
  port=$(ceph_port)
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

stop_gateway() {
  local pid
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
