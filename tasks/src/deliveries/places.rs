//! How much is sent at the same time. Pure: time is an argument.
//!
//! Whoever answers late must not keep others waiting. So what has been on its way for a while gives
//! its place to somebody new and goes on in a place of another kind, of which there are more; and
//! no target and no host gets more than its share.

use std::collections::HashMap;
use std::time::Duration;

use domain::delivery::{Except, Waiting};
use entity::DeliveryId;
use tokio::time::Instant;
use uuid::Uuid;

/// Requests that have just been sent.
const FRESH_MAX: usize = 256;

/// All requests: those for which an answer has been awaited longer take less than they look.
const ALL_MAX: usize = 2_048;

/// How long a request is fresh.
const FRESH: Duration = Duration::from_millis(500);

const TARGET_MAX: usize = 8;
const HOST_MAX: usize = 64;

/// No request takes that long: whoever sent it is gone.
const LOST: Duration = Duration::from_mins(1);

/// Whose share a request counts in.
#[derive(Clone, Debug)]
pub struct Place {
    target: Uuid,
    host: String,
    target_max: usize,
}

impl Place {
    pub fn of(waiting: &Waiting) -> Self {
        Self {
            target: waiting.row.target_id,
            host: waiting.row.host.clone(),
            target_max: if waiting.is_probe { 1 } else { TARGET_MAX },
        }
    }
}

/// Who has a place.
#[derive(Default)]
pub struct Places {
    taken: HashMap<DeliveryId, (Instant, Place)>,
    targets: HashMap<Uuid, usize>,
    hosts: HashMap<String, usize>,
}

impl Places {
    /// Whether nothing more can be sent for now.
    pub fn is_full(&mut self, now: Instant) -> bool {
        let is_lost = |since: &Instant| now.duration_since(*since) > LOST;
        let lost = self.taken.iter().filter(|(_, (since, _))| is_lost(since));
        for id in lost.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.leave(id);
        }
        let is_fresh = |since: &Instant| now.duration_since(*since) < FRESH;
        let fresh = self.taken.values().filter(|(since, _)| is_fresh(since)).count();
        fresh >= FRESH_MAX || self.taken.len() >= ALL_MAX
    }

    /// Takes a place. If there is none, whoever has had their share goes on the list.
    pub fn take(
        &mut self,
        id: DeliveryId,
        place: Place,
        now: Instant,
        except: &mut Except,
    ) -> bool {
        let target = self.targets.get(&place.target).copied().unwrap_or_default();
        let host = self.hosts.get(&place.host).copied().unwrap_or_default();
        if host >= HOST_MAX {
            except.hosts.insert(place.host);
            return false;
        }
        if target >= place.target_max || self.taken.contains_key(&id) {
            except.targets.insert(place.target);
            return false;
        }
        *self.targets.entry(place.target).or_default() += 1;
        *self.hosts.entry(place.host.clone()).or_default() += 1;
        self.taken.insert(id, (now, place));
        true
    }

    pub fn leave(&mut self, id: DeliveryId) {
        let Some((_, place)) = self.taken.remove(&id) else { return };
        give_back(&mut self.targets, &place.target);
        give_back(&mut self.hosts, &place.host);
    }

    /// Who has all they may have.
    pub fn full(&self) -> Except {
        let places = self.taken.values().map(|(_, place)| place);
        let is_full = |place: &&Place| {
            self.targets.get(&place.target).is_some_and(|taken| *taken >= place.target_max)
        };
        let hosts = self.hosts.iter().filter(|(_, taken)| **taken >= HOST_MAX);
        Except {
            targets: places.filter(is_full).map(|place| place.target).collect(),
            hosts: hosts.map(|(host, _)| host.clone()).collect(),
        }
    }
}

fn give_back<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn id(number: usize) -> DeliveryId {
        DeliveryId(Uuid::from_u128(number as u128))
    }

    fn place(target: usize, host: &str) -> Place {
        let (target, host) = (Uuid::from_u128(target as u128), host.to_owned());
        Place { target, host, target_max: TARGET_MAX }
    }

    fn take(places: &mut Places, number: usize, place: Place, now: Instant) -> bool {
        places.take(id(number), place, now, &mut Except::default())
    }

    #[test]
    fn nobody_gets_more_than_their_share() {
        let (mut places, now) = (Places::default(), Instant::now());
        let taken = (0..20).filter(|n| take(&mut places, *n, place(1, "a:1"), now)).count();
        assert_eq!(taken, TARGET_MAX);
        assert_eq!(places.full().targets, HashSet::from([Uuid::from_u128(1)]));
        assert_eq!(places.full().hosts, HashSet::new());
        let taken = (20..200).filter(|n| take(&mut places, *n, place(*n, "a:1"), now)).count();
        assert_eq!(taken, HOST_MAX - TARGET_MAX);
        assert_eq!(places.full().hosts, HashSet::from(["a:1".to_owned()]));
        assert!(take(&mut places, 500, place(500, "b:1"), now));
        assert!(!take(&mut places, 500, place(500, "b:1"), now), "it is on its way");
        places.leave(id(0));
        assert!(take(&mut places, 501, place(1, "a:1"), now));
        let (mut except, probe) = (Except::default(), Place { target_max: 1, ..place(500, "b:1") });
        assert!(!places.take(id(502), probe, now, &mut except));
        assert!(!places.take(id(503), place(9, "a:1"), now, &mut except));
        assert_eq!(except.targets, HashSet::from([Uuid::from_u128(500)]));
        assert_eq!(except.hosts, HashSet::from(["a:1".to_owned()]));
    }

    #[test]
    fn who_answers_late_makes_room() {
        let (mut places, start) = (Places::default(), Instant::now());
        let mut next = 0;
        let mut fill = |places: &mut Places, now| {
            let before = next;
            while !places.is_full(now) {
                assert!(take(places, next, place(next, &format!("{next}:1")), now));
                next += 1;
            }
            next - before
        };
        for round in 0..8 {
            assert_eq!(fill(&mut places, start + FRESH * round), FRESH_MAX);
        }
        assert_eq!(fill(&mut places, start + FRESH * 8), 0, "there is an end to it");
        assert_eq!(fill(&mut places, start + LOST * 2), FRESH_MAX, "the lost ones are gone");
    }
}
