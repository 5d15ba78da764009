//! Which released client the peer plays (punktfunk1.md 13.1, punktfunk2.md 1 and 15).

use crate::hello::{
    Mode, Offer, AUDIO_RED, EXT, F_PAD_WRITES, F_PROFILES, F_STREAM_CONFIG, HOST_TIMING, PROBE_SEQ,
    STREAMED_AU,
};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Profile {
    /// The first public builds: a Hello of 20 bytes, no capabilities, punches that stop on ICMP.
    June2026,
    /// The whole of the first generation.
    V0_40,
    /// Both generations for streams, the PIN ceremony over the first only.
    V0_43,
    /// The second generation only, reports by datagram.
    G3,
}

impl Profile {
    pub fn parse(text: &str) -> Option<Profile> {
        Some(match text {
            "june2026" => Profile::June2026,
            "v0_40" => Profile::V0_40,
            "v0_43" => Profile::V0_43,
            "g3" => Profile::G3,
            _ => return None,
        })
    }
    pub fn name(self) -> &'static str {
        match self {
            Profile::June2026 => "june2026",
            Profile::V0_40 => "v0_40",
            Profile::V0_43 => "v0_43",
            Profile::G3 => "g3",
        }
    }
    pub fn stream_alpn(self) -> Vec<&'static str> {
        match self {
            Profile::June2026 | Profile::V0_40 => vec!["pkf1"],
            Profile::V0_43 => vec!["pkf2", "pkf1"],
            Profile::G3 => vec!["pkf2"],
        }
    }
    pub fn pair_alpn(self) -> Vec<&'static str> {
        if self == Profile::G3 {
            vec!["pkf2"]
        } else {
            vec!["pkf1"]
        }
    }
    /// Reports and asks leave as datagrams instead of control frames.
    pub fn feedback(self) -> bool {
        self == Profile::G3
    }
    /// Asks for the range it lost instead of a keyframe.
    pub fn rfi(self) -> bool {
        self > Profile::June2026
    }
    /// A lost frame adds 50 000 ppm to the window's report.
    pub fn loss_addition(self) -> bool {
        self <= Profile::V0_40
    }
    /// Whatever comes before the eight clock echoes is kept, not lost.
    pub fn patient_clock(self) -> bool {
        self >= Profile::V0_43
    }
    /// The last shard of a short block tells the loss.
    pub fn early_loss(self) -> bool {
        self >= Profile::V0_43
    }
    /// What it says when it asks for a stream.
    pub fn offer(self, mode: Mode) -> Offer {
        let mut offer = Offer { mode, suites: vec![0], ..Offer::default() };
        if self == Profile::June2026 {
            return offer;
        }
        offer.name = "interop".into();
        offer.video_caps = HOST_TIMING | PROBE_SEQ | STREAMED_AU;
        offer.client_caps = AUDIO_RED | EXT;
        offer.codecs = 3;
        offer.max_shard = if self == Profile::G3 { 9170 } else { 9152 };
        offer.abr = 1;
        offer.label = match self {
            Profile::V0_40 => "linux 0.40",
            Profile::V0_43 => "linux 0.43",
            _ => "linux 0.44",
        }
        .into();
        match self {
            Profile::V0_43 => offer.tag22 = vec![0, 0],
            Profile::G3 => {
                offer.tag22 = vec![1, 0xe8, 3, 0, 0];
                offer.high_features = 1 << F_STREAM_CONFIG | 1 << F_PAD_WRITES | 1 << F_PROFILES;
            }
            _ => {}
        }
        offer
    }
}
