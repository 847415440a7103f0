//! The enumerations of the language.

/// A value out of a fixed list of names.
pub trait Choice: Copy + PartialEq + Sized + 'static {
    const NAMES: &'static [(&'static str, Self)];

    /// The member with the given name, in any case.
    fn named(name: &str) -> Option<Self> {
        let mut names = Self::NAMES.iter();
        names.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, member)| *member)
    }

    /// The name in definitions.
    fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names.find(|(_, member)| *member == self).map_or("", |(name, _)| name)
    }
}

/// Declares an enumeration with the names its members have in definitions.
macro_rules! choice {
    ($(#[$attribute:meta])* $type:ident {
        $($(#[$note:meta])* $member:ident = $name:literal),+ $(,)?
    }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type { $($(#[$note])* $member),+ }

        impl Choice for $type {
            const NAMES: &'static [(&'static str, Self)] = &[$(($name, Self::$member)),+];
        }
    };
}

choice! {
    /// Which requests share a URL.
    #[derive(Default)]
    EndpointType {
        #[default]
        FlowSpecific = "flow_specific",
        InstanceSpecific = "instance_specific",
        SharedInstance = "shared_instance",
    }
}

choice! {
    /// Who sets the keys that callers of a flow need.
    #[derive(Default)]
    EndpointSecurity {
        Unsecured = "unsecured",
        #[default]
        CustomerOptional = "customer_optional",
        CustomerRequired = "customer_required",
        Organization = "organization",
    }
}

choice! {
    /// What a config variable holds.
    DataType {
        String = "string",
        Date = "date",
        Timestamp = "timestamp",
        Picklist = "picklist",
        Schedule = "schedule",
        Code = "code",
        Boolean = "boolean",
        Number = "number",
        Connection = "connection",
        ObjectSelection = "objectSelection",
        ObjectFieldMap = "objectFieldMap",
        JsonForm = "jsonForm",
        Credential = "credential",
    }
}

choice! {
    /// Turns a config variable into several values.
    Collection { ValueList = "valuelist", KeyValueList = "keyvaluelist" }
}

choice! {
    /// How an editor shows a schedule; `None` never runs and `Once` runs after the deployment.
    ScheduleType {
        None = "none",
        Once = "once",
        Custom = "custom",
        Minute = "minute",
        Hour = "hour",
        Day = "day",
        Week = "week",
    }
}

choice! {
    CodeLanguage { Json = "json", Xml = "xml", Html = "html" }
}

choice! {
    /// What stands on a config page.
    ElementKind { ConfigVar = "configVar", Html = "htmlElement", JsonForm = "jsonForm" }
}
