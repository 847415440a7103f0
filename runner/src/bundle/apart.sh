# Runs Node where there is nothing but Node, the libraries of the machine, and what is named.
#
# It is the first process of its namespaces: the kernel ends all others with it. Errors go to
# standard error, which is also the line to the server: when that closes, the server is gone.
set -eu
exec 3<&0
memory=$1 unshare=$2 node=$3 package=$4 host=$5 gate=$6
shift 6
ulimit -d "$memory"
ulimit -c 0

# Any folder that is on every machine will do: what is in it is not needed here.
root=/sys
mount -t tmpfs -o size=1m,mode=755,nosuid,nodev tmpfs "$root"
cd "$root"
mkdir package

give() {
  [ -e "$1" ] || return 0
  if [ -d "$1" ]; then mkdir -p "./$2"; else mkdir -p "./${2%/*}"; : >"./$2"; fi
  mount -o "rbind,ro,nosuid,nodev$3" "$1" "./$2"
}

for path in /lib /lib64 /usr/lib /usr/lib64 /usr/local/lib /usr/share/nodejs /nix/store \
  /usr/share/ca-certificates /etc/ssl/certs /etc/ssl/openssl.cnf /etc/ld.so.cache; do
  give "$path" "$path" ''
done
give "$node" /node ''
give "$package" /package ,noexec
give "$host" /host.js ,noexec
give "$gate" /gate ,noexec
mount -o remount,bind,ro .

# In a user namespace of its own Node has no rights over these mounts. An empty line says that it
# has ended.
{
  env -i "$unshare" --user --root=. --wd=/package -- /node "$@" <&3 3<&- 4>&- || :
  echo >&4
} 4>&2 2>/dev/null &
exec >/dev/null <&- 3<&-
read -r _ <&2
