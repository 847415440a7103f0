//! Which addresses lie outside the machine's own surroundings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reach {
    Public,
    /// Loopback, private and carrier-grade ranges.
    Private,
    /// Link-local, metadata services, multicast, reserved: no use for a tenant in any network.
    Special,
}

pub(crate) fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

/// First address, length of the prefix, reach; anything else is public.
const RANGES_V4: [([u8; 4], u32, Reach); 17] = [
    // Metadata services that sit in otherwise harmless ranges.
    ([100, 100, 100, 200], 32, Reach::Special),
    ([168, 63, 129, 16], 32, Reach::Special),
    // Loopback, private networks, carrier-grade translation.
    ([127, 0, 0, 0], 8, Reach::Private),
    ([10, 0, 0, 0], 8, Reach::Private),
    ([172, 16, 0, 0], 12, Reach::Private),
    ([192, 168, 0, 0], 16, Reach::Private),
    ([100, 64, 0, 0], 10, Reach::Private),
    // "This network", link-local, protocol assignments.
    ([0, 0, 0, 0], 8, Reach::Special),
    ([169, 254, 0, 0], 16, Reach::Special),
    ([192, 0, 0, 0], 24, Reach::Special),
    // Documentation, relays, benchmarks.
    ([192, 0, 2, 0], 24, Reach::Special),
    ([198, 51, 100, 0], 24, Reach::Special),
    ([203, 0, 113, 0], 24, Reach::Special),
    ([192, 88, 99, 0], 24, Reach::Special),
    ([198, 18, 0, 0], 15, Reach::Special),
    // Multicast; reserved and broadcast.
    ([224, 0, 0, 0], 4, Reach::Special),
    ([240, 0, 0, 0], 4, Reach::Special),
];

fn reach_v4(address: Ipv4Addr) -> Reach {
    let bits = u32::from(address);
    let contains = |first: [u8; 4], prefix: u32| {
        (bits ^ u32::from(Ipv4Addr::from(first))) >> (32 - prefix) == 0
    };
    let range = RANGES_V4.iter().find(|(first, prefix, _)| contains(*first, *prefix));
    range.map_or(Reach::Public, |(_, _, reach)| *reach)
}

/// The metadata address of one cloud, inside the range of unique local addresses.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

fn reach_v6(address: Ipv6Addr) -> Reach {
    if let Some(inner) = embedded_v4(address) {
        return reach_v4(inner);
    }
    if address == METADATA_V6 || address.is_unspecified() {
        return Reach::Special;
    }
    if address.is_loopback() {
        return Reach::Private;
    }
    match address.segments()[0] {
        // Unique local.
        0xfc00..=0xfdff => Reach::Private,
        // Global unicast, apart from tunnels (Teredo and its neighbours) and documentation.
        0x2001 if matches!(address.segments()[1], 0..0x200 | 0xdb8) => Reach::Special,
        0x3fff if address.segments()[1] < 0x1000 => Reach::Special,
        0x2000..=0x3fff => Reach::Public,
        _ => Reach::Special,
    }
}

/// The older kind of address that a mapped, compatible, translated or tunnelled one leads to.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let tail = join(segments[6], segments[7]);
    match segments {
        // `::` and `::1` are addresses of their own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, 0, 0, 0, 0, ..]
        | [0x64, 0xff9b, 1, ..] => Some(tail),
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

fn join(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_range_is_known() {
        use Reach::{Private, Public, Special};
        for (address, expected) in [
            ("8.8.8.8", Public),
            ("172.15.0.1", Public),
            ("172.16.0.1", Private),
            ("172.31.255.255", Private),
            ("10.1.2.3", Private),
            ("192.168.0.1", Private),
            ("127.8.8.8", Private),
            ("100.64.0.1", Private),
            ("100.128.0.1", Public),
            ("100.100.100.200", Special),
            ("168.63.129.16", Special),
            ("169.254.169.254", Special),
            ("0.0.0.0", Special),
            ("192.0.0.192", Special),
            ("198.19.0.1", Special),
            ("224.0.0.1", Special),
            ("255.255.255.255", Special),
            ("2606:4700::1111", Public),
            ("::", Special),
            ("::1", Private),
            ("::7f00:1", Private),
            ("::ffff:127.0.0.1", Private),
            ("::ffff:169.254.169.254", Special),
            ("::ffff:8.8.8.8", Public),
            ("64:ff9b::10.0.0.1", Private),
            ("2002:7f00:1::", Private),
            ("2001::1", Special),
            ("2001:db8::1", Special),
            ("fc00::1", Private),
            ("fd00:ec2::254", Special),
            ("fe80::1", Special),
            ("fec0::1", Special),
            ("ff02::1", Special),
        ] {
            assert_eq!(reach(address.parse().unwrap()), expected, "{address}");
        }
    }
}
