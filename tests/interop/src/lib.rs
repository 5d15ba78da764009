//! An independent native client: it shares no line with the host and is written from the protocol notes, on
//! the libraries that the released clients are built on.

pub mod audio;
pub mod bitstream;
pub mod clipboard;
pub mod control;
pub mod cursor;
pub mod fields;
pub mod gf8;
pub mod handshake;
pub mod hello;
pub mod identity;
pub mod input;
pub mod nack;
pub mod packet;
pub mod pair;
pub mod profile;
pub mod quic;
pub mod reassemble;
pub mod recovery;
pub mod seal;
pub mod session;
pub mod spake;
pub mod stream;
pub mod tone;
pub mod util;
