# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A network namespace on a veth pair, with addresses that count as public and belong to nobody: the world
# outside, for tests and demo. Source it. Nothing leaves the machine: no default route, no forwarding.
#
#   namespace_up [NAME [IPV4_PREFIX [IPV6_PREFIX]]]    default modelwarden-demo 203.0.113 2001:db8:113
#     host side PREFIX.1/24 and PREFIX::1/64, inside PREFIX.10 and PREFIX::10; what was left of an earlier
#     run of that name is removed first. Returns 1 and says why if it cannot be made; nothing is left then.
#   namespace_exec NAME COMMAND…                       runs a command inside (exec: its pid is the command's)
#   namespace_down [NAME]                              removes it; safe in a trap, at any time, any number of
#     times, and under set -e. Processes inside are the caller's to end.
#
#   . scripts/lib/namespace.sh
#   trap namespace_down EXIT
#   namespace_up

NAMESPACE_SECONDS=10 # for each command: a stuck kernel lock must not hang a trap

_namespace_ip() { timeout "$NAMESPACE_SECONDS" ip "$@"; }

# Both ends of the pair, short enough for an interface name and different for each namespace.
_namespace_device() { printf 'mw%08x%s' "$(printf %s "$1" | cksum | cut -d' ' -f1)" "$2"; }

namespace_down() {
  local name=${1:-modelwarden-demo} device
  device=$(_namespace_device "$name" h)
  # The pair dies with either end; the namespace alone may outlive its name while a process is in it.
  _namespace_ip link del "$device" 2>/dev/null || true
  _namespace_ip netns del "$name" 2>/dev/null || true
}

namespace_up() {
  local name=${1:-modelwarden-demo} ipv4=${2:-203.0.113} ipv6=${3:-2001:db8:113} taken
  namespace_down "$name"
  # A route of somebody else's to these addresses must not be shadowed.
  taken=$(_namespace_ip -4 route show root "$ipv4.0/24" && _namespace_ip -6 route show root "$ipv6::/64")
  if [ -n "$taken" ]; then
    printf 'error: namespace %s: %s.0/24 or %s::/64 is routed already (%s): use other prefixes\n' \
      "$name" "$ipv4" "$ipv6" "${taken%%$'\n'*}" >&2
    return 1
  fi
  # The && chain, not set -e, which a caller's `if` or `||` would switch off.
  _namespace_make "$name" "$ipv4" "$ipv6" && return 0
  printf 'error: namespace %s could not be made: it needs root (CAP_NET_ADMIN and CAP_SYS_ADMIN)\n' "$name" >&2
  namespace_down "$name"
  return 1
}

_namespace_make() {
  local name=$1 ipv4=$2 ipv6=$3 host inside
  host=$(_namespace_device "$name" h)
  inside=$(_namespace_device "$name" n)
  _namespace_ip netns add "$name" &&
    _namespace_ip link add "$host" type veth peer name "$inside" netns "$name" &&
    # A new namespace takes IPv4 settings over from the machine, which may be a router.
    _namespace_ip netns exec "$name" sh -c \
      'echo 0 >/proc/sys/net/ipv4/ip_forward && echo 0 >/proc/sys/net/ipv6/conf/all/forwarding' &&
    echo 0 >"/proc/sys/net/ipv4/conf/$host/forwarding" &&
    echo 0 >"/proc/sys/net/ipv6/conf/$host/forwarding" &&
    _namespace_ip addr add "$ipv4.1/24" dev "$host" &&
    # nodad: usable at once.
    _namespace_ip -6 addr add "$ipv6::1/64" dev "$host" nodad &&
    _namespace_ip link set "$host" up &&
    _namespace_ip -n "$name" addr add "$ipv4.10/24" dev "$inside" &&
    _namespace_ip -n "$name" -6 addr add "$ipv6::10/64" dev "$inside" nodad &&
    _namespace_ip -n "$name" link set lo up &&
    _namespace_ip -n "$name" link set "$inside" up
}

# By nsenter: `ip netns exec` mounts a new /sys and so hides the cgroups.
namespace_exec() {
  local name=$1
  shift
  nsenter --net="/run/netns/$name" "$@"
}
