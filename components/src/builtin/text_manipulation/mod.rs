//! `text-manipulation`: work on text.
//!
//! `plain` holds the functions without regular expressions, `pattern` those with them, `html` the
//! escapes of HTML.

mod html;
mod pattern;
mod plain;
#[cfg(test)]
mod tests;

pub(super) use html::{escaped, unescaped};

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, StepError};

pub fn component() -> Component {
    let mut actions = joining_actions();
    actions.extend(replacing_actions());
    actions.extend(shaping_actions());
    Component {
        actions,
        ..Component::new("text-manipulation", "Text Manipulation", "Works on text", "Helpers")
    }
}

type Pure = fn(&Inputs) -> Result<Output, StepError>;

fn action(
    key: &'static str,
    label: &'static str,
    description: &'static str,
    perform: Pure,
    inputs: impl Into<Vec<Input>>,
) -> Action {
    Action::new(key, label, description, Perform::Pure(perform)).inputs(inputs)
}

const TEXT: Input =
    Input::new("text", "Text").kind(InputKind::Text).comments("The text to start from.");
const STRINGS: Input =
    Input::new("strings", "Texts").comments("The pieces, in order.").value_list();

fn joining_actions() -> Vec<Action> {
    let blank = Input::new("filterBlank", "Leave out blank lines")
        .kind(InputKind::Boolean)
        .comments("Leaves out lines that hold nothing but spaces.")
        .default("true")
        .aliases(&["filterBlankLines", "removeBlankLines"]);
    vec![
        action(
            "split",
            "Split",
            "Cuts text into a list",
            |inputs| Ok(plain::split(inputs)),
            [
                TEXT,
                Input::new("separator", "Separator")
                    .comments("What stands between the pieces; empty cuts between characters."),
            ],
        ),
        action(
            "splitLines",
            "Split Lines",
            "Cuts text into a list of its lines",
            |inputs| Ok(plain::split_lines(inputs)),
            [TEXT, blank],
        ),
        action(
            "join",
            "Join",
            "Puts texts together",
            plain::join,
            [STRINGS, Input::new("separator", "Separator").comments("Put between the pieces.")],
        ),
        action(
            "joinLines",
            "Join Lines",
            "Puts texts together as lines",
            plain::join_lines,
            [
                STRINGS,
                Input::new("newlineType", "Line break")
                    .comments("What ends a line.")
                    .choices(&["\n", "\r\n"])
                    .default("\n"),
                Input::new("numberOfNewlines", "Number of line breaks")
                    .comments("How many line breaks stand between two pieces.")
                    .default("1"),
            ],
        ),
    ]
}

fn replacing_actions() -> Vec<Action> {
    let find = Input::new("find", "Find")
        .comments("Text to look for, or a regular expression between slashes, as in /a+/gi.")
        .required();
    let pairs = Input::new("replacements", "Replacements")
        .comments("Texts to look for and what takes their place.")
        .key_value_list()
        .required()
        .aliases(&["substrings", "replaceMultiple", "keyValueInput"]);
    let pattern = Input::new("regex", "Regular expression")
        .comments("What to look for, without slashes around it.")
        .required()
        .aliases(&["regularExpression", "pattern"]);
    let flags = Input::new("flags", "Flags")
        .comments("g for all matches, i to ignore case, m for line by line, s for dots in lines.")
        .default("g")
        .aliases(&["regexFlags"]);
    vec![
        action(
            "replace",
            "Find & Replace",
            "Replaces all occurrences of a text",
            pattern::replace,
            [TEXT, find, Input::new("replace", "Replace").comments("What takes its place.")],
        ),
        action(
            "replaceMultipleSubstring",
            "Replace Multiple Substrings",
            "Replaces several texts, one after the other",
            plain::replace_all,
            [TEXT, pairs],
        ),
        action(
            "match",
            "Match",
            "Finds what fits a regular expression",
            pattern::find,
            [TEXT, pattern, flags],
        ),
    ]
}

fn shaping_actions() -> Vec<Action> {
    let start = Input::new("start", "Start")
        .comments("Position of the first character, from 0; negative counts from the end.")
        .default("0")
        .aliases(&["startIndex", "begin"]);
    let stop = Input::new("stop", "Stop")
        .comments("Position behind the last character; empty for the end of the text.")
        .aliases(&["end", "stopIndex", "endIndex"]);
    let source = Input { aliases: &["data", "file", "input"], ..TEXT }
        .kind(InputKind::Data)
        .comments("Text, or a file from an earlier step.");
    vec![
        action("upperCase", "Upper Case", "Makes capitals", |i| Ok(plain::upper(i)), [TEXT]),
        action("lowerCase", "Lower Case", "Makes small letters", |i| Ok(plain::lower(i)), [TEXT]),
        action("trim", "Trim", "Takes off spaces at both ends", |i| Ok(plain::trim(i)), [TEXT]),
        action("stringLength", "Length", "Counts characters", |i| Ok(plain::length(i)), [TEXT]),
        action("slice", "Slice", "Cuts out a part of text", plain::slice, [TEXT, start, stop]),
        action(
            "htmlEncode",
            "HTML Encode",
            "Makes text safe inside HTML",
            |inputs| Ok(html::encode(inputs)),
            [TEXT],
        ),
        action(
            "htmlDecode",
            "HTML Decode",
            "Turns escapes of HTML into their characters",
            |inputs| Ok(html::decode(inputs)),
            [TEXT],
        ),
        action(
            "encodeBase64",
            "Encode Base64",
            "Writes text or a file as Base64",
            |inputs| Ok(plain::to_base64(inputs)),
            [source.clone()],
        ),
        action(
            "decodeBase64",
            "Decode Base64",
            "Reads Base64; gives text, or bytes where it is none",
            plain::from_base64,
            [source],
        ),
    ]
}
