//! One second of 440 Hz as 50 Opus packets of 20 ms, mono, all of one size; made with libopus.

const PACKETS: &[u8] = include_bytes!("../assets/tone.opus-packets");
const COUNT: usize = 50;

pub fn packet(seq: u32) -> &'static [u8] {
    let size = PACKETS.len() / COUNT;
    let at = seq as usize % COUNT * size;
    &PACKETS[at..at + size]
}

#[cfg(test)]
mod tests {
    #[test]
    fn packets_of_20_ms() {
        for seq in [0, 49, 50, 12_345] {
            assert_eq!(crate::audio::opus_samples(super::packet(seq)), Some(960));
        }
    }
}
