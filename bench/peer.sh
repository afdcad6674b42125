#!/usr/bin/env bash
# The other side of the comparison: Postfix (mutual TLS, listed certificates and sender domains) handing to Dovecot by LMTP, all on loopback.
#
#   bench/peer.sh start [DIR]     SMTP 11025, IMAPS 11993; users u0000…@a.test, password "pass"; client certificate DIR/b.pem, DIR/b.key
#   bench/peer.sh stop [DIR]      stops both and removes DIR
#
# Needs root and Debian's postfix, dovecot-imapd, dovecot-lmtpd, openssl. Durability is each program's default (mail_fsync = optimized).
set -euo pipefail
act=${1:-start}
dir=$(realpath -m "${2:-.peers}")

stop() {
  [ -d "$dir/postfix" ] && postfix -c "$dir/postfix" stop 2>/dev/null || true
  if [ -s "$dir/dovecot/run/master.pid" ]; then
    pid=$(cat "$dir/dovecot/run/master.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  fi
  rm -rf "$dir"
}

certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj "/C=FR/O=Bench/CN=Bench CA" 2>/dev/null
  for name in a b; do
    openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj "/C=FR/O=Bench $name/CN=mx.$name.test" 2>/dev/null
    printf 'subjectAltName=DNS:mx.%s.test,DNS:localhost,IP:127.0.0.1\n' $name > $name.ext
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile $name.ext -out $name.pem 2>/dev/null
  done
  chmod 644 ./*.pem ./*.key
}

dovecot_files() {
  mkdir -p dovecot/run dovecot/mail
  chown mail:mail dovecot/mail
  cat > dovecot/dovecot.conf <<CONF
base_dir = $dir/dovecot/run
state_dir = $dir/dovecot/state
log_path = $dir/dovecot/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <$dir/a.pem
ssl_key = <$dir/a.key
ssl_dh =
auth_mechanisms = plain
mail_uid = mail
mail_gid = mail
first_valid_uid = 8
mail_home = $dir/dovecot/mail/%n
mail_location = maildir:~/box
default_client_limit = 6000
default_process_limit = 3000
mail_max_userip_connections = 5000
passdb {
  driver = static
  args = password=pass
}
userdb {
  driver = static
  args = uid=mail gid=mail home=$dir/dovecot/mail/%n allow_all_users=yes
}
namespace inbox {
  inbox = yes
}
service imap-login {
  service_count = 0
  process_min_avail = 2
  process_limit = 2
  client_limit = 6000
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = 11993
    ssl = yes
  }
}
service imap {
  process_limit = 3000
}
service lmtp {
  process_min_avail = 4
  inet_listener lmtp {
    address = 127.0.0.1
    port = 11024
  }
}
service auth {
  client_limit = 8000
}
service anvil {
  client_limit = 8000
}
service stats {
  client_limit = 8000
}
CONF
}

postfix_files() {
  mkdir -p postfix spool data
  chown postfix data
  chmod 755 "$dir" postfix spool
  print=$(openssl x509 -in b.pem -noout -fingerprint -sha256 | sed 's/.*=//')
  echo "$print OK" > postfix/certificates
  echo "b.test OK" > postfix/senders
  echo '/@a\.test$/ ok' > postfix/recipients
  cat > postfix/main.cf <<CONF
compatibility_level = 3.6
queue_directory = $dir/spool
data_directory = $dir/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.a.test
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = $dir/spool/mail.log
maillog_file_prefixes = $dir
alias_maps =
alias_database =
disable_dns_lookups = yes
smtpd_peername_lookup = no
in_flow_delay = 0s
virtual_mailbox_domains = a.test
virtual_mailbox_maps = regexp:$dir/postfix/recipients
virtual_transport = lmtp:inet:127.0.0.1:11024
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_tls_cert_file = $dir/a.pem
smtpd_tls_key_file = $dir/a.key
smtpd_tls_CAfile = $dir/ca.pem
smtpd_tls_fingerprint_digest = sha256
smtpd_tls_mandatory_protocols = >=TLSv1.2
CONF
  cat > postfix/master.cf <<CONF
127.0.0.1:11025 inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_tls_req_ccert=yes
  -o { smtpd_client_restrictions = check_ccert_access texthash:$dir/postfix/certificates, reject }
  -o { smtpd_sender_restrictions = check_sender_access texthash:$dir/postfix/senders, reject }
  -o smtpd_relay_restrictions=reject_unauth_destination
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - 20 lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
CONF
}

start() {
  mkdir -p "$dir"
  cd "$dir"
  certificates
  dovecot_files
  postfix_files
  dovecot -c dovecot/dovecot.conf
  postfix -c "$dir/postfix" start 2>/dev/null
  cp dovecot/run/master.pid dovecot.pid
  tr -d ' ' < spool/pid/master.pid > postfix.pid
  echo "peer ready; measure with --smtp 11025 --imap 11993 --cert $dir/b.pem --key $dir/b.key --sender x@b.test --mailbox u{n}@a.test --pid $dir/dovecot.pid --pid $dir/postfix.pid"
}

case $act in
  start) start ;;
  stop) stop ;;
  *) echo "usage: bench/peer.sh start|stop [DIR]" >&2; exit 2 ;;
esac
