//! Values as both engines carry them: nothing, a 64-bit integer, a text, bytes. Moments are integers, JSON is text.
//!
//! No other column type exists in this store, so that one SQL text serves SQLite and PostgreSQL (architecture, "Two engines").

use bytes::BytesMut;
use rules::Moment;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::{Error, Result};

type Boxed = Box<dyn std::error::Error + Sync + Send>;

/// What is bound to a `$n`. Borrows: a body is never copied to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Param<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// What comes back in a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Value {
    #[default]
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// One row; columns are taken in the order of the SELECT.
#[derive(Debug)]
pub(crate) struct Row {
    values: Vec<Value>,
    next: usize,
}

impl Row {
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self { values, next: 0 }
    }

    /// The next column. A wrong type is our own fault, never the data's.
    pub(crate) fn take<T: Column>(&mut self) -> Result<T> {
        let place = self.next;
        let value = self.values.get_mut(place).map(std::mem::take).ok_or_else(|| Error::Internal(format!("no column {place}")))?;
        self.next += 1;
        T::of(value).ok_or_else(|| Error::Internal(format!("column {place} has another type")))
    }
}

/// A Rust type that a column can be read as.
pub(crate) trait Column: Sized {
    fn of(value: Value) -> Option<Self>;
}

impl Column for i64 {
    fn of(value: Value) -> Option<Self> {
        if let Value::Int(n) = value { Some(n) } else { None }
    }
}

impl Column for u32 {
    fn of(value: Value) -> Option<Self> {
        i64::of(value).and_then(|n| u32::try_from(n).ok())
    }
}

impl Column for u64 {
    fn of(value: Value) -> Option<Self> {
        i64::of(value).and_then(|n| u64::try_from(n).ok())
    }
}

impl Column for u8 {
    fn of(value: Value) -> Option<Self> {
        i64::of(value).and_then(|n| u8::try_from(n).ok())
    }
}

impl Column for bool {
    fn of(value: Value) -> Option<Self> {
        i64::of(value).map(|n| n != 0)
    }
}

impl Column for Moment {
    fn of(value: Value) -> Option<Self> {
        i64::of(value).map(Moment::from_micros)
    }
}

impl Column for String {
    fn of(value: Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

impl Column for Vec<u8> {
    fn of(value: Value) -> Option<Self> {
        if let Value::Bytes(bytes) = value { Some(bytes) } else { None }
    }
}

impl<T: Column> Column for Option<T> {
    fn of(value: Value) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::of(value).map(Some) }
    }
}

impl From<i64> for Param<'_> {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<u32> for Param<'_> {
    fn from(n: u32) -> Self {
        Self::Int(n.into())
    }
}

impl From<u8> for Param<'_> {
    fn from(n: u8) -> Self {
        Self::Int(n.into())
    }
}

impl From<bool> for Param<'_> {
    fn from(b: bool) -> Self {
        Self::Int(b.into())
    }
}

impl From<Moment> for Param<'_> {
    fn from(at: Moment) -> Self {
        Self::Int(at.micros())
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Param<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// `params![a, b]`: the values of `$1`, `$2`.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::engine::Param::from($value)),*] };
}
pub(crate) use params;

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl rusqlite::types::FromSql for Value {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        use rusqlite::types::{FromSqlError, ValueRef};
        match value {
            ValueRef::Null => Ok(Self::Null),
            ValueRef::Integer(n) => Ok(Self::Int(n)),
            ValueRef::Text(text) => String::from_utf8(text.to_vec()).map(Self::Text).map_err(|_| FromSqlError::InvalidType),
            ValueRef::Blob(bytes) => Ok(Self::Bytes(bytes.to_vec())),
            ValueRef::Real(_) => Err(FromSqlError::InvalidType),
        }
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Boxed> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(n) if *ty == Type::INT4 => i32::try_from(n)?.to_sql(ty, out),
            Self::Int(n) => n.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        // JSON is only ever the list of an `IN_LIST`, passed as text.
        matches!(*ty, Type::INT8 | Type::INT4 | Type::TEXT | Type::BYTEA | Type::JSON)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Self, Boxed> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Self::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|n| Self::Int(n.into())),
            Type::TEXT => String::from_sql(ty, raw).map(Self::Text),
            _ => Ok(Self::Bytes(raw.to_vec())),
        }
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Boxed> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::TEXT | Type::BYTEA)
    }
}
