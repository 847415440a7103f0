//! Whose turn it is: places for calls, shared fairly between customers.
//!
//! Customers take turns, whatever the number of their calls. A customer that holds half of the
//! places gets no further one while somebody with fewer waits, and never the last one: that is for
//! whoever comes next, so that code without an end holds up nobody but its own customer.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A bounded number of places.
pub(super) struct Turns {
    places: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: usize,
    /// Places by customer; none has zero.
    held: HashMap<String, usize>,
    /// Customers that wait, the one whose turn it is first.
    waiting: VecDeque<(String, VecDeque<oneshot::Sender<Place>>)>,
}

/// The right to run one call; dropping it passes it on.
pub(super) struct Place {
    turns: Arc<Turns>,
    customer: String,
}

impl Turns {
    pub fn new(places: usize) -> Arc<Self> {
        Arc::new(Self { places, state: Mutex::default() })
    }

    /// Waits for a place. Who stops waiting leaves the queue.
    pub async fn take(self: &Arc<Self>, customer: String) -> Option<Place> {
        let (sender, place) = oneshot::channel();
        self.state().enqueue(customer, sender);
        self.hand_out();
        place.await.ok()
    }

    fn hand_out(self: &Arc<Self>) {
        loop {
            let Some((customer, sender)) = self.state().next(self.places) else { return };
            // One that nobody waits for any more comes back by being dropped.
            let _ = sender.send(Place { turns: self.clone(), customer });
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enqueue(&mut self, customer: String, sender: oneshot::Sender<Place>) {
        match self.waiting.iter_mut().find(|(waiting, _)| *waiting == customer) {
            Some((_, calls)) => calls.push_back(sender),
            None => self.waiting.push_back((customer, VecDeque::from([sender]))),
        }
    }

    /// Takes a place for whoever is next, if there is one that they may have.
    fn next(&mut self, places: usize) -> Option<(String, oneshot::Sender<Place>)> {
        for (_, calls) in &mut self.waiting {
            calls.retain(|call| !call.is_closed());
        }
        self.waiting.retain(|(_, calls)| !calls.is_empty());
        let free = places.saturating_sub(self.taken);
        if free == 0 {
            return None;
        }
        let share = (places / 2).max(1);
        let held = |customer: &str| self.held.get(customer).copied().unwrap_or_default();
        let modest = self.waiting.iter().position(|(customer, _)| held(customer) < share);
        let index = modest.or((free > 1 && !self.waiting.is_empty()).then_some(0))?;
        let (customer, mut calls) = self.waiting.remove(index)?;
        let call = calls.pop_front()?;
        if !calls.is_empty() {
            self.waiting.push_back((customer.clone(), calls));
        }
        self.taken += 1;
        *self.held.entry(customer.clone()).or_default() += 1;
        Some((customer, call))
    }

    fn give_back(&mut self, customer: &str) {
        self.taken -= 1;
        if let Some(held) = self.held.get_mut(customer) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(customer);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.turns.state().give_back(&self.customer);
        self.turns.hand_out();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use futures::future::BoxFuture;

    use super::*;

    /// Lets calls of these customers arrive, then ends what runs, the oldest first; tells who had
    /// places after each round.
    fn rounds(places: usize, arriving: &[&str]) -> Vec<String> {
        let turns = Turns::new(places);
        let mut waiting: Vec<BoxFuture<'_, _>> = Vec::new();
        for customer in arriving {
            waiting.push(turns.take((*customer).to_owned()).boxed());
        }
        let (mut running, mut seen): (VecDeque<Place>, _) = (VecDeque::new(), Vec::new());
        loop {
            waiting.retain_mut(|place| match place.now_or_never() {
                Some(place) => {
                    running.extend(place);
                    false
                }
                None => true,
            });
            seen.push(running.iter().map(|place| place.customer.as_str()).collect());
            if running.pop_front().is_none() {
                return seen;
            }
        }
    }

    #[test]
    fn customers_take_turns() {
        // The last place is kept, until the others have left theirs.
        assert_eq!(rounds(4, &["a", "a", "a", "a", "a"])[..2], ["aaa", "aaa"]);
        assert_eq!(rounds(4, &["a", "a", "a", "a", "b"])[0], "aaab");
        assert_eq!(rounds(2, &["a", "a", "b"]), ["ab", "ba", "a", ""]);
        assert_eq!(rounds(1, &["a", "a", "a", "b", "b"]), ["a", "a", "b", "a", "b", ""]);
    }
}
