//! The one error of the crate. Python sees it as `CoreError` with the message below.

use std::fmt;

pub type Result<T> = std::result::Result<T, CoreError>;

/// Which part of the core refused; the first word of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The canonical table bytes, or tables that contradict each other.
    Tables,
    /// The witness program's JSON, or a step that names what does not exist.
    Program,
    /// The tape has no run of the program: a branch, division, range or lookup failed.
    Witness,
    /// The run needs more rows than the shape class has.
    Capacity,
    /// A parameter of the proof system out of its range.
    Profile,
    /// Arguments from Python of the wrong length or used twice.
    Usage,
    /// The prover library refused.
    Proving,
    /// Proof bytes that are no canonical encoding.
    Encoding,
    /// Table heights other than the shape's: refused before upstream sees the proof.
    Heights,
    /// Upstream's verifier refused.
    Verification,
    /// A panic inside the core or the prover library.
    Panic,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tables => "tables",
            Self::Program => "program",
            Self::Witness => "witness",
            Self::Capacity => "capacity",
            Self::Profile => "profile",
            Self::Usage => "usage",
            Self::Proving => "proving",
            Self::Encoding => "encoding",
            Self::Heights => "heights",
            Self::Verification => "verification",
            Self::Panic => "panic",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreError {
    pub kind: Kind,
    pub message: String,
}

impl CoreError {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl fmt::Display for CoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl std::error::Error for CoreError {}

/// `Err(CoreError)` of a kind with a formatted message.
#[macro_export]
macro_rules! refuse {
    ($kind:ident, $($message:tt)*) => {
        Err($crate::error::CoreError::new($crate::error::Kind::$kind, format!($($message)*)))
    };
}
