//! Who runs how much: limits per customer and organization, and whose turn it is.
//!
//! Exact on one node. Of other nodes, what runs there is known as of the last heartbeat.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::{CustomerId, FlowConfigId, OrganizationId};
use jobs::WaitingLane;
use uuid::Uuid;

/// Turns of so many customers and lanes are remembered.
const TURNS_MAX: usize = 100_000;

/// Counts of running executions.
#[derive(Debug, Default)]
pub struct Seats {
    counts: Mutex<Counts>,
    /// How many executions of one organization run at once.
    organization_limit: Option<usize>,
}

#[derive(Debug, Default)]
struct Counts {
    /// On this node, by customer and by organization.
    here: HashMap<Uuid, usize>,
    /// On all other nodes.
    elsewhere: HashMap<Uuid, usize>,
    customer_limits: HashMap<CustomerId, usize>,
    /// When customers and lanes were last dealt something.
    turns: HashMap<Uuid, u64>,
    turn: u64,
    /// Customers who run about as much as they may.
    busy: HashSet<CustomerId>,
    /// Those among them of whom nobody has been told.
    warnings: Vec<Warning>,
}

/// A customer runs about as much as it may.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Warning {
    pub tenant: Tenant,
    pub running: usize,
    pub limit: usize,
}

/// Whose seat it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tenant {
    pub organization: OrganizationId,
    pub customer: CustomerId,
}

/// A counted seat; given back when it is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    tenant: Tenant,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.lock().give_back(self.tenant);
    }
}

/// The limit that keeps a call out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Full {
    Customer(usize),
    Organization(usize),
}

impl Seats {
    pub fn new(organization_limit: Option<usize>) -> Arc<Self> {
        Arc::new(Self { organization_limit, ..Self::default() })
    }

    /// Takes in what the database says: limits, and what runs on other nodes.
    pub fn learn(
        &self,
        customer_limits: HashMap<CustomerId, usize>,
        elsewhere: HashMap<Uuid, usize>,
    ) {
        let mut counts = self.lock();
        counts.customer_limits = customer_limits;
        counts.elsewhere = elsewhere;
    }

    /// A seat for one call.
    pub fn admit(self: &Arc<Self>, tenant: Tenant) -> Result<Seat, Full> {
        self.lock().take(tenant, self.organization_limit)?;
        Ok(Seat { seats: self.clone(), tenant })
    }

    /// A seat for a run whose seat is already counted, by [`Self::deal`].
    pub fn dealt(self: &Arc<Self>, tenant: Tenant) -> Seat {
        Seat { seats: self.clone(), tenant }
    }

    /// Gives back what was dealt and then not claimed.
    pub fn give_back(&self, tenant: Tenant, count: usize) {
        let mut counts = self.lock();
        (0..count).for_each(|_| counts.give_back(tenant));
    }

    /// Deals slots to lanes, one at a time: to the customer who has waited longest, and to the
    /// lane of theirs that has. What is dealt is counted as running.
    pub fn deal(&self, lanes: &[WaitingLane], slots: usize) -> Vec<(WaitingLane, usize)> {
        let mut counts = self.lock();
        let mut open: Vec<(WaitingLane, usize)> = lanes.iter().map(|lane| (*lane, 0)).collect();
        let mut full = Vec::new();
        for _ in 0..slots {
            let turn = |id: Uuid| counts.turns.get(&id).copied().unwrap_or(0);
            let next = open
                .iter_mut()
                .filter(|(lane, dealt)| *dealt < lane.free && !full.contains(&lane.customer_id))
                .min_by_key(|(lane, _)| (turn(lane.customer_id.0), turn(lane.id.0)));
            let Some((lane, dealt)) = next else { break };
            let tenant = tenant_of(lane);
            if counts.take(tenant, self.organization_limit).is_err() {
                full.push(lane.customer_id);
                continue;
            }
            *dealt += 1;
            counts.served(lane.customer_id, lane.id);
        }
        open.retain(|(_, dealt)| *dealt > 0);
        open
    }

    /// Takes the warnings since they were taken last.
    pub fn take_warnings(&self) -> Vec<Warning> {
        std::mem::take(&mut self.lock().warnings)
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn tenant_of(lane: &WaitingLane) -> Tenant {
    Tenant { organization: lane.organization_id, customer: lane.customer_id }
}

/// From four fifths of its limit on, people are warned of a customer.
fn is_busy(running: usize, limit: usize) -> bool {
    running * 5 >= limit * 4
}

impl Counts {
    fn take(&mut self, tenant: Tenant, organization_limit: Option<usize>) -> Result<(), Full> {
        let (customer, organization) = (tenant.customer.0, tenant.organization.0);
        if let Some(limit) = self.customer_limits.get(&tenant.customer)
            && self.running(customer) >= *limit
        {
            return Err(Full::Customer(*limit));
        }
        if let Some(limit) = organization_limit
            && self.running(organization) >= limit
        {
            return Err(Full::Organization(limit));
        }
        for id in [customer, organization] {
            *self.here.entry(id).or_default() += 1;
        }
        if let Some(limit) = self.customer_limits.get(&tenant.customer).copied() {
            let running = self.running(customer);
            if is_busy(running, limit) && self.busy.insert(tenant.customer) {
                self.warnings.push(Warning { tenant, running, limit });
            }
        }
        Ok(())
    }

    fn give_back(&mut self, tenant: Tenant) {
        for id in [tenant.customer.0, tenant.organization.0] {
            if let Some(count) = self.here.get_mut(&id) {
                *count -= 1;
                if *count == 0 {
                    self.here.remove(&id);
                }
            }
        }
        if self.busy.contains(&tenant.customer) {
            let limit = self.customer_limits.get(&tenant.customer).copied();
            if !limit.is_some_and(|limit| is_busy(self.running(tenant.customer.0), limit)) {
                self.busy.remove(&tenant.customer);
            }
        }
    }

    fn running(&self, id: Uuid) -> usize {
        let count = |counts: &HashMap<Uuid, usize>| counts.get(&id).copied().unwrap_or(0);
        count(&self.here) + count(&self.elsewhere)
    }

    fn served(&mut self, customer: CustomerId, lane: FlowConfigId) {
        if self.turns.len() >= TURNS_MAX {
            self.turns.clear();
        }
        self.turn += 1;
        self.turns.insert(customer.0, self.turn);
        self.turns.insert(lane.0, self.turn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(id: u128, customer: u128, free: usize) -> WaitingLane {
        WaitingLane {
            id: FlowConfigId(Uuid::from_u128(100 + id)),
            organization_id: OrganizationId(Uuid::from_u128(1_000)),
            customer_id: CustomerId(Uuid::from_u128(customer)),
            free,
        }
    }

    /// Slots by lane number.
    fn deal(seats: &Seats, lanes: &[WaitingLane], slots: usize) -> Vec<(u128, usize)> {
        let dealt = seats.deal(lanes, slots);
        dealt.iter().map(|(lane, count)| (lane.id.0.as_u128() - 100, *count)).collect()
    }

    fn limited(customer: u128, limit: usize) -> HashMap<CustomerId, usize> {
        HashMap::from([(CustomerId(Uuid::from_u128(customer)), limit)])
    }

    /// A customer with many flows gets no more than one with a single flow.
    #[test]
    fn customers_take_turns() {
        let seats = Seats::new(None);
        let lanes = [lane(1, 1, 9), lane(2, 1, 9), lane(3, 1, 9), lane(4, 2, 9)];
        assert_eq!(deal(&seats, &lanes, 4), [(1, 1), (2, 1), (4, 2)]);
        assert_eq!(deal(&seats, &lanes, 2), [(3, 1), (4, 1)]);
    }

    #[test]
    fn lanes_get_what_they_have_room_for() {
        let seats = Seats::new(None);
        assert_eq!(deal(&seats, &[lane(1, 1, 1), lane(2, 1, 2)], 9), [(1, 1), (2, 2)]);
    }

    #[test]
    fn limits_keep_calls_out_until_a_seat_is_given_back() {
        let seats = Seats::new(Some(3));
        seats.learn(limited(1, 2), HashMap::new());
        let tenant = |customer| tenant_of(&lane(1, customer, 1));
        let first = seats.admit(tenant(1)).unwrap();
        let _second = seats.admit(tenant(1)).unwrap();
        assert_eq!(seats.admit(tenant(1)).unwrap_err(), Full::Customer(2));
        let _third = seats.admit(tenant(2)).unwrap();
        assert_eq!(seats.admit(tenant(2)).unwrap_err(), Full::Organization(3));
        assert_eq!(deal(&seats, &[lane(1, 1, 9), lane(2, 2, 9)], 9), []);
        drop(first);
        assert_eq!(deal(&seats, &[lane(1, 1, 9)], 9), [(1, 1)]);
        seats.give_back(tenant(1), 1);
        assert_eq!(deal(&seats, &[lane(2, 2, 9)], 9), [(2, 1)]);
    }

    #[test]
    fn a_customer_near_its_limit_is_told_of_once_each_time() {
        let seats = Seats::new(None);
        seats.learn(limited(1, 5), HashMap::new());
        let tenant = tenant_of(&lane(1, 1, 1));
        let mut held: Vec<_> = (0..3).map(|_| seats.admit(tenant).unwrap()).collect();
        assert_eq!(seats.take_warnings(), []);
        held.extend((0..2).map(|_| seats.admit(tenant).unwrap()));
        assert_eq!(seats.take_warnings(), [Warning { tenant, running: 4, limit: 5 }]);
        held.truncate(4);
        held.push(seats.admit(tenant).unwrap());
        assert_eq!(seats.take_warnings(), []);
        held.truncate(3);
        held.push(seats.admit(tenant).unwrap());
        assert_eq!(seats.take_warnings().len(), 1);
    }

    #[test]
    fn what_runs_elsewhere_counts() {
        let seats = Seats::new(None);
        seats.learn(limited(1, 2), HashMap::from([(Uuid::from_u128(1), 1)]));
        assert_eq!(deal(&seats, &[lane(1, 1, 9)], 9), [(1, 1)]);
    }
}
