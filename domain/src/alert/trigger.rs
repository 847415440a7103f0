//! What monitors can watch for.

use uuid::{Uuid, uuid};

macro_rules! triggers {
    ($($trigger:ident = $key:literal, $name:literal, $scope:ident, $id:literal;)*) => {
        /// Something that a monitor watches for, in the order of the names.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Trigger {
            $($trigger,)*
        }

        impl Trigger {
            pub const ALL: &[Self] = &[$(Self::$trigger,)*];

            /// A word for it in the names of occurrences.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$trigger => $key,)*
                }
            }

            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$trigger => $name,)*
                }
            }

            /// It concerns the whole organization instead of an instance.
            pub const fn is_global(self) -> bool {
                match self {
                    $(Self::$trigger => matches!(Scope::$scope, Scope::Organization),)*
                }
            }

            /// The same in every installation.
            pub const fn id(self) -> Uuid {
                match self {
                    $(Self::$trigger => uuid!($id),)*
                }
            }
        }
    };
}

enum Scope {
    Instance,
    Organization,
}

triggers! {
    ConnectionFailed = "connection", "Connection Threw an Exception", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e0001";
    CustomerConcurrency = "concurrency", "Customer Concurrency Threshold Warning", Organization,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e0002";
    ExecutionCompleted = "completed", "Execution Completed", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e0003";
    ExecutionDuration = "duration", "Execution Duration Matched or Exceeded", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e0004";
    ExecutionFailed = "failed", "Execution Failed", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e0005";
    ExecutionRetryPending = "retrying", "Execution Failed, Retry Pending", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e0006";
    ExecutionOverdue = "overdue", "Execution Overdue", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e0007";
    ExecutionStarted = "started", "Execution Started", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e0008";
    InstanceDisabled = "disabled", "Instance Disabled", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e0009";
    InstanceEnabled = "enabled", "Instance Enabled", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e000a";
    InstanceRemoved = "removed", "Instance Removed", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e000b";
    LogLevel = "log", "Log Level Matched or Exceeded", Instance,
        "6c1f0c52-8a0e-4d59-9d1b-2f1a5a7e000c";
}

impl Trigger {
    /// Its bit in the columns of monitors and events.
    pub const fn bit(self) -> i32 {
        1 << self as u32
    }

    pub fn by_bit(bit: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|trigger| trigger.bit() == bit)
    }

    pub fn by_id(id: Uuid) -> Option<Self> {
        Self::ALL.iter().copied().find(|trigger| trigger.id() == id)
    }

    /// The triggers of a set, in the order of their names.
    pub fn of(bits: i32) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |trigger| bits & trigger.bit() != 0)
    }

    /// The bits of all triggers for which this holds.
    pub fn bits(mut holds: impl FnMut(Self) -> bool) -> i32 {
        let bits = Self::ALL.iter().filter(|trigger| holds(**trigger)).map(|it| it.bit());
        bits.fold(0, |all, bit| all | bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trigger_is_found_by_its_bit_and_id() {
        for trigger in Trigger::ALL {
            assert_eq!(Trigger::by_bit(trigger.bit()), Some(*trigger));
            assert_eq!(Trigger::by_id(trigger.id()), Some(*trigger));
        }
        let names: Vec<_> = Trigger::ALL.iter().map(|trigger| trigger.name()).collect();
        let failed = Trigger::of(Trigger::bits(|trigger| trigger.name().contains("Failed")));
        assert_eq!(failed.map(Trigger::key).collect::<Vec<_>>(), ["failed", "retrying"]);
        assert_eq!(names.len(), 12);
    }
}
