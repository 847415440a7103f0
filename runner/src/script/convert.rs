//! Values between Rust and the engine.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use components::BUFFER_BYTES_MAX;
use flow::{Map, Value};
use rquickjs::object::{Filter, Property};
use rquickjs::{
    Array, Coerced, Error, FromJs, Function, Object, String as JsString, Type, TypedArray,
    Value as Js,
};

use super::engine::Scope;
use super::wire::{Failure, OUTPUT_BYTES_MAX};

/// Levels of a value that leaves the engine; readers of JSON commonly refuse more than 128.
const DEPTH_MAX: usize = 100;
/// What a value counts besides its text.
const VALUE_BYTES: usize = 16;

impl<'js> Scope<'js> {
    pub fn to_js(&self, value: &Value) -> rquickjs::Result<Js<'js>> {
        let ctx = self.ctx.clone();
        Ok(match value {
            Value::Null => Js::new_null(ctx),
            Value::Bool(value) => Js::new_bool(ctx, *value),
            Value::Number(number) => {
                match number.as_i64().and_then(|number| i32::try_from(number).ok()) {
                    Some(number) => Js::new_int(ctx, number),
                    None => Js::new_float(ctx, number.as_f64().unwrap_or(f64::NAN)),
                }
            }
            Value::String(text) => JsString::from_str(ctx, text)?.into_value(),
            Value::Bytes(bytes) => {
                let adopt: Function = self.tools.get("bytes")?;
                adopt.call((TypedArray::<u8>::new(ctx, bytes.to_vec())?,))?
            }
            Value::Blob(blob) => {
                let absent: Function = self.tools.get("absent")?;
                let reason = format!(
                    "A file of {} bytes is not here: code works on files of {BUFFER_BYTES_MAX} \
                     bytes together",
                    blob.length
                );
                absent.call((reason,))?
            }
            Value::List(items) => {
                let list = Array::new(ctx)?;
                for (index, item) in items.iter().enumerate() {
                    list.set(index, self.to_js(item)?)?;
                }
                list.into_value()
            }
            Value::Object(map) => self.object_to_js(map)?.into_value(),
        })
    }

    fn object_to_js(&self, map: &Map) -> rquickjs::Result<Object<'js>> {
        let object = Object::new(self.ctx.clone())?;
        for (key, value) in map {
            let mut member = self.to_js(value)?;
            if &**key == "headers" && matches!(value, Value::Object(_)) {
                let headers: Function = self.tools.get("headers")?;
                member = headers.call((member,))?;
            }
            if &**key == "__proto__" {
                // Setting it would exchange the object's prototype.
                let own = Property::from(member).writable().enumerable().configurable();
                object.prop("__proto__", own)?;
            } else {
                object.set(&**key, member)?;
            }
        }
        Ok(object)
    }

    pub fn text(&self, text: &JsString<'js>) -> Result<String, Failure> {
        match text.to_string() {
            Err(Error::Utf8(_)) => {
                let text: JsString = self.tool("toWellFormed", (text.clone(),))?;
                self.caught(text.to_string())
            }
            text => self.caught(text),
        }
    }
}

/// Takes values out of the engine, all of them together bounded in size.
pub(super) struct Reader<'a, 'js> {
    scope: &'a Scope<'js>,
    bytes_left: usize,
    /// Where the value being read is, in words.
    path: String,
    ancestors: Vec<Object<'js>>,
}

impl<'a, 'js> Reader<'a, 'js> {
    pub fn new(scope: &'a Scope<'js>, bytes_max: usize) -> Self {
        Self { scope, bytes_left: bytes_max, path: String::new(), ancestors: Vec::new() }
    }

    /// The value, or nothing for what JSON leaves out. `name` tells errors what is read.
    pub fn read(&mut self, name: &str, value: &Js<'js>) -> Result<Option<Value>, Failure> {
        name.clone_into(&mut self.path);
        self.ancestors.clear();
        self.value(value)
    }

    fn value(&mut self, value: &Js<'js>) -> Result<Option<Value>, Failure> {
        self.spend(VALUE_BYTES)?;
        Ok(Some(match value.type_of() {
            Type::Undefined | Type::Uninitialized | Type::Symbol | Type::Module => return Ok(None),
            Type::Null => Value::Null,
            Type::Bool => value.as_bool().unwrap_or_default().into(),
            Type::Int | Type::Float => value.as_number().unwrap_or_default().into(),
            Type::String => self.read_as::<JsString>(value).and_then(|text| self.text(&text))?,
            Type::BigInt => self.read_as::<Coerced<String>>(value)?.0.into(),
            Type::Function | Type::Constructor => return Err(self.refuse("is a function")),
            Type::Array | Type::Promise | Type::Exception | Type::Proxy | Type::Object => {
                let object = self.read_as::<Object>(value)?;
                return self.with_ancestor(&object, Self::object_or_json);
            }
            Type::Unknown => return Err(self.refuse("has no JSON form")),
        }))
    }

    fn object_or_json(&mut self, object: &Object<'js>) -> Result<Option<Value>, Failure> {
        if object.is_typed_array::<u8>() || object.is_array_buffer() {
            return self.bytes(object).map(Some);
        }
        let to_json: Js = self.scope.caught(object.get("toJSON"))?;
        let Some(to_json) = to_json.as_function() else {
            return self.object(object).map(Some);
        };
        let this = rquickjs::function::This(object.clone());
        let json: Js = self.scope.caught(to_json.call((this,)))?;
        match json.as_object() {
            Some(json) if !json.is_function() => {
                self.with_ancestor(json, |reader, json| reader.object(json).map(Some))
            }
            _ => self.value(&json),
        }
    }

    fn object(&mut self, object: &Object<'js>) -> Result<Value, Failure> {
        let length = self.path.len();
        if object.is_array() {
            let count: f64 = self.scope.caught(object.get("length"))?;
            let mut items = Vec::new();
            let mut index = 0_u32;
            while f64::from(index) < count {
                // Writing to a string cannot fail.
                let _ = write!(self.path, "[{index}]");
                let item: Js = self.scope.caught(object.get(index))?;
                items.push(self.value(&item)?.unwrap_or_default());
                self.path.truncate(length);
                index += 1;
            }
            return Ok(items.into());
        }
        let mut map = Map::new();
        for key in object.own_keys::<JsString>(Filter::new().string().enum_only()) {
            let key = self.scope.caught(key)?;
            let name = self.scope.text(&key)?;
            self.spend(name.len())?;
            self.path.push('.');
            self.path.push_str(&name);
            let member: Js = self.scope.caught(object.get(key))?;
            if let Some(value) = self.value(&member)? {
                map.insert(name.into(), value);
            }
            self.path.truncate(length);
        }
        Ok(map.into())
    }

    fn with_ancestor(
        &mut self,
        object: &Object<'js>,
        read: impl FnOnce(&mut Self, &Object<'js>) -> Result<Option<Value>, Failure>,
    ) -> Result<Option<Value>, Failure> {
        if self.ancestors.contains(object) {
            return Err(self.refuse("contains itself"));
        }
        if self.ancestors.len() == DEPTH_MAX {
            return Err(self.refuse(&format!("is deeper than {DEPTH_MAX} levels")));
        }
        self.ancestors.push(object.clone());
        let value = read(self, object);
        self.ancestors.pop();
        value
    }

    fn bytes(&mut self, object: &Object<'js>) -> Result<Value, Failure> {
        // The engine lends its memory to unsafe code only, so the bytes come as text.
        let text: String = self.scope.tool("toBase64", (object.clone(),))?;
        self.spend(text.len())?;
        let bytes = STANDARD.decode(text).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Value::Bytes(bytes.into()))
    }

    fn text(&mut self, text: &JsString<'js>) -> Result<Value, Failure> {
        let text = self.scope.text(text)?;
        self.spend(text.len())?;
        Ok(text.into())
    }

    fn read_as<T: FromJs<'js>>(&self, value: &Js<'js>) -> Result<T, Failure> {
        self.scope.caught(value.get())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Failure> {
        let Some(left) = self.bytes_left.checked_sub(bytes) else {
            let mebibytes = OUTPUT_BYTES_MAX >> 20;
            return Err(Failure::new(format!("The code returned more than {mebibytes} MiB")));
        };
        self.bytes_left = left;
        Ok(())
    }

    fn refuse(&self, reason: &str) -> Failure {
        let shown: String = self.path.chars().take(200).collect();
        Failure::new(format!("{shown} {reason} and cannot leave the code"))
    }
}
