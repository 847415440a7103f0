//! How often something may be tried, by whom and for whom. Each node counts for itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use entity::Timestamp;

/// How long tries are counted, from the first one on.
const WINDOW_SECONDS: i64 = 15 * 60;

/// Wrong passwords for one account.
const ACCOUNT_TRIES_MAX: u32 = 10;

/// Wrong passwords from one address; many people may share it.
const ADDRESS_TRIES_MAX: u32 = 100;

/// Links asked for in the name of one account, and from one address.
const ACCOUNT_LINKS_MAX: u32 = 3;
const ADDRESS_LINKS_MAX: u32 = 20;

/// Accounts or addresses counted at once. Whoever comes beyond that has to wait: forgetting others
/// would let anybody guess who has enough addresses.
const KEYS_MAX: usize = 50_000;

/// Somebody has to wait before they try again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TooMany {
    pub retry_after_seconds: i64,
}

/// Counts of this node.
#[derive(Default)]
pub(super) struct Attempts {
    passwords: Mutex<Pair>,
    links: Mutex<Pair>,
}

#[derive(Default)]
struct Pair {
    accounts: Counts<String>,
    addresses: Counts<IpAddr>,
}

impl Pair {
    /// One try less of an address.
    fn forgive(&mut self, address: Option<IpAddr>) {
        if let Some((_, count)) = address.and_then(|it| self.addresses.0.get_mut(&network(it))) {
            *count = count.saturating_sub(1);
        }
    }
}

impl Attempts {
    /// Counts a try before it is made, so that many at once do not get past the limit.
    pub(super) fn try_password(
        &self,
        now: Timestamp,
        account: &str,
        address: Option<IpAddr>,
    ) -> Result<(), TooMany> {
        count(&self.passwords, now, account, address, (ACCOUNT_TRIES_MAX, ADDRESS_TRIES_MAX))
    }

    /// It was the right password: the account's tries do not count any more, and this one not for
    /// the address.
    pub(super) fn forgive(&self, account: &str, address: Option<IpAddr>) {
        let mut pair = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
        pair.accounts.0.remove(account);
        pair.forgive(address);
    }

    /// As [`Self::try_password`], where nobody says beforehand who they are.
    pub(super) fn try_address(
        &self,
        now: Timestamp,
        address: Option<IpAddr>,
    ) -> Result<(), TooMany> {
        let mut pair = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
        address.map_or(Ok(()), |it| pair.addresses.count(now, network(it), ADDRESS_TRIES_MAX))
    }

    /// The last try of this address led somebody in.
    pub(super) fn forgive_address(&self, address: Option<IpAddr>) {
        let mut pair = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
        pair.forgive(address);
    }

    pub(super) fn ask_for_link(
        &self,
        now: Timestamp,
        account: &str,
        address: Option<IpAddr>,
    ) -> Result<(), TooMany> {
        count(&self.links, now, account, address, (ACCOUNT_LINKS_MAX, ADDRESS_LINKS_MAX))
    }
}

fn count(
    pair: &Mutex<Pair>,
    now: Timestamp,
    account: &str,
    address: Option<IpAddr>,
    (account_max, address_max): (u32, u32),
) -> Result<(), TooMany> {
    let mut pair = pair.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(address) = address {
        pair.addresses.count(now, network(address), address_max)?;
    }
    pair.accounts.count(now, account.to_owned(), account_max)
}

/// Whoever has one address of the sixth version has all with the same first half.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
    }
}

/// When the first try of the window was, and how many there were since.
struct Counts<K>(HashMap<K, (Timestamp, u32)>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Counts<K> {
    fn count(&mut self, now: Timestamp, key: K, max: u32) -> Result<(), TooMany> {
        let is_over = |begun: Timestamp| begun.plus_seconds(WINDOW_SECONDS) <= now;
        if self.0.len() >= KEYS_MAX && !self.0.contains_key(&key) {
            self.0.retain(|_, (begun, _)| !is_over(*begun));
            if self.0.len() >= KEYS_MAX {
                return Err(TooMany { retry_after_seconds: WINDOW_SECONDS });
            }
        }
        let entry = self.0.entry(key).or_insert((now, 0));
        if is_over(entry.0) {
            *entry = (now, 0);
        }
        if entry.1 >= max {
            let micros = entry.0.plus_seconds(WINDOW_SECONDS).0 - now.0;
            return Err(TooMany { retry_after_seconds: (micros + 999_999) / 1_000_000 });
        }
        entry.1 += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_by_account_and_by_network() {
        let attempts = Attempts::default();
        let now = Timestamp(1_790_000_000_000_000);
        let address = |last: u16| Some(IpAddr::V6(Ipv6Addr::new(1, 2, 3, 4, 5, 6, 7, last)));
        for _ in 0..ACCOUNT_TRIES_MAX {
            attempts.try_password(now, "a", address(1)).unwrap();
        }
        let refused = attempts.try_password(now.plus_seconds(10), "a", address(1)).unwrap_err();
        assert_eq!(refused.retry_after_seconds, WINDOW_SECONDS - 10);
        // The try that was refused for the account counts for the network.
        for index in 0..ADDRESS_TRIES_MAX - ACCOUNT_TRIES_MAX - 1 {
            attempts.try_password(now, &index.to_string(), address(2)).unwrap();
        }
        attempts.try_password(now, "b", address(3)).unwrap_err();
        attempts.try_password(now, "b", None).unwrap();
        let later = now.plus_seconds(WINDOW_SECONDS);
        attempts.try_password(later, "a", address(1)).unwrap();
    }
}
