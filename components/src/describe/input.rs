//! What people fill in.

/// One input field of an action, trigger or connection.
#[derive(Clone, Debug)]
#[must_use = "a description does nothing until a component lists it"]
pub struct Input {
    pub key: &'static str,
    pub label: &'static str,
    pub comments: &'static str,
    pub kind: InputKind,
    pub collection: Option<Collection>,
    /// Used when the definition gives no value; empty text means no default.
    pub default: &'static str,
    pub required: bool,
    /// False for what those who build integrations set, and nobody who configures them.
    pub shown: bool,
    /// Closed choice of values; empty for free input.
    pub choices: &'static [&'static str],
    /// Other spellings of the key that definitions in the wild use.
    pub aliases: &'static [&'static str],
}

impl Input {
    /// An optional free text input; chain the setters for anything else.
    pub const fn new(key: &'static str, label: &'static str) -> Self {
        Self {
            key,
            label,
            comments: "",
            kind: InputKind::String,
            collection: None,
            default: "",
            required: false,
            shown: true,
            choices: &[],
            aliases: &[],
        }
    }

    pub const fn comments(mut self, comments: &'static str) -> Self {
        self.comments = comments;
        self
    }

    pub const fn kind(mut self, kind: InputKind) -> Self {
        self.kind = kind;
        self
    }

    pub const fn value_list(mut self) -> Self {
        self.collection = Some(Collection::ValueList);
        self
    }

    pub const fn key_value_list(mut self) -> Self {
        self.collection = Some(Collection::KeyValueList);
        self
    }

    pub const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub const fn hidden(mut self) -> Self {
        self.shown = false;
        self
    }

    pub const fn choices(mut self, choices: &'static [&'static str]) -> Self {
        self.choices = choices;
        self
    }

    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}

/// The editor an input asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InputKind {
    String,
    Text,
    Data,
    Password,
    Boolean,
    Code,
    Conditional,
    Connection,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Collection {
    ValueList,
    KeyValueList,
}
