#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# assemble.sh BUILD IMAGE: makes the root file system IMAGE from the jar in BUILD and from the Java runtime and
# libraries of the distribution that it runs on. Equal inputs give equal files with equal times.
set -eu
build=$1 image=$2
home=/opt/modelwarden # the final path, which the archive of classes records
# jdeps, less java.desktop and java.sql, which only unused parts of libraries name; elliptic curves for TLS.
modules=java.base,java.logging,java.management,java.net.http,jdk.crypto.ec,jdk.httpserver,jdk.management,jdk.unsupported

if ! command -v jlink >/dev/null || ! command -v strip >/dev/null || ! ldconfig -p | grep -q 'libbpf\.so\.1'; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openjdk-17-jdk-headless binutils libbpf1
fi

mkdir -p "$home"
jlink --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages --compress=2 \
  --output "$home/java"
java_home=$(dirname "$(dirname "$(readlink -f "$(command -v jlink)")")")
# The distribution's Java has links to its /etc here.
cp -L "$java_home/lib/security/cacerts" "$home/java/lib/security/cacerts"
# Four megabytes of names for crash reports; the build id leads back to them.
strip --strip-unneeded "$home/java/lib/server/libjvm.so"
cp "$build/modelwarden.jar" "$home/"
(cd "$home" && "$java_home/bin/jar" xf modelwarden.jar com/sun/jna/linux-x86-64/libjnidispatch.so &&
  mv com/sun/jna/linux-x86-64/libjnidispatch.so . && rm -r com)
# All that java has to be told, for the entry point and for `kubectl exec`: java @java-options doctor.
native="-Djna.nounpack=true -Djna.boot.library.path=$home"
{
  cat "$build/java-options"
  echo "-XX:SharedArchiveFile=$home/classes.jsa $native -jar $home/modelwarden.jar"
} >"$home/java-options"

# The archive records times and sizes: the times come first. Its list is sorted, and without the two classes that
# only some runs load, to be equal in each build.
find "$home" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
agent="$home/java/bin/java @$build/java-options $native"
$agent -Xshare:off -XX:DumpLoadedClassList="$build/classes" -jar "$home/modelwarden.jar" warm-up
grep -vxE 'java/util/ConcurrentModificationException|sun/net/httpserver/ServerImpl\$2' "$build/classes" |
  sort -u >"$build/class-list"
# Byte for byte the same only if nothing happens by chance: no compiler, signal thread or collection of garbage, one
# processor, fixed addresses (which some builders do not allow: their archive works, and differs in each build). The
# order in which Java's own threads begin is left, so the archive is the first that came out three times.
steady=$(setarch -R true 2>/dev/null && echo setarch -R || true)
cpu=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')
for try in 1 2 3 4 5 6 7 8 9; do
  taskset -c "$cpu" $steady $agent -Xms512m -Xmx512m -Xmn400m -Xint -Xrs -Xshare:dump -cp "$home/modelwarden.jar" \
    -XX:SharedClassListFile="$build/class-list" -XX:SharedArchiveFile="$home/classes.jsa"
  sum=$(sha256sum <"$home/classes.jsa")
  echo "$sum" >>"$build/sums"
  [ -n "$steady" ] && [ "$(grep -c "$sum" "$build/sums")" -lt 3 ] || break
done

# Each library at the path where the loader found it, and the loader itself. The name service is in libc.
libbpf=$(ldconfig -p | sed -n 's/.*libbpf\.so\.1 .*=> //p' | head -1)
{
  echo "$libbpf"
  find "$home" \( -name '*.so' -o -name java -type f \) -exec ldd {} + | sed -nE 's/^\t(.* => )?(\/[^ ]+) .*/\2/p'
  ldd "$libbpf" | sed -nE 's/^\t(.* => )?(\/[^ ]+) .*/\2/p'
} | grep -v "^$home/" | sort -u | while read -r library; do
  install -D -m 755 "$library" "$image$library"
done
mkdir -p "$image/etc" "$image/opt" "$image/proc" "$image/sys" "$image/tmp"
printf 'hosts: files dns\npasswd: files\n' >"$image/etc/nsswitch.conf"
printf 'root:x:0:0:root:/:/none\n' >"$image/etc/passwd"
mv "$home" "$image$home"
size=$(du -s --apparent-size --block-size=1 "$image" | cut -f1) # unpacked: the download is under half of it
[ "$size" -le 80000000 ] || { echo "error: the image has $size bytes, 80000000 are allowed" >&2; exit 1; }
find "$image" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
