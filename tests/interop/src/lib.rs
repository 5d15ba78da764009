//! An independent native client: it shares no line with the host and is written from the protocol notes, on
//! the libraries that the released clients are built on.

pub mod control;
pub mod fields;
pub mod hello;
pub mod identity;
pub mod packet;
pub mod quic;
pub mod reassemble;
pub mod seal;
pub mod spake;
pub mod util;
