//! Mutants of seeds from a fixed generator: the same on every machine.

const NUMBERS: [u64; 10] =
    [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 63, 0xffff_ffff_0000_0001, u64::MAX];
/// What a witness program is made of.
const TOKENS: [&str; 18] = [
    "0",
    "1",
    "7",
    "13",
    "65535",
    "-1",
    "18446744069414584320",
    "[]",
    "[[\"1\",[]]]",
    "\"sum\"",
    "\"main\"",
    "\"op\": \"tape\", \"column\": 2",
    "true",
    "false",
    "null",
    "{",
    "]",
    "99999999999999999999",
];

/// SplitMix64.
pub struct Generator(pub u64);

impl Generator {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    /// One to four changes of a seed.
    pub fn mutant(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut data = seed.to_vec();
        for _ in 0..=self.below(4) {
            self.change(&mut data);
        }
        data
    }

    fn change(&mut self, data: &mut Vec<u8>) {
        let at = self.below(data.len() + 1);
        let end = (at + [1, 1, 2, 8, 32, 200][self.below(6)]).min(data.len());
        match self.below(8) {
            0 if at < data.len() => data[at] ^= 1 << self.below(8),
            1 if at < data.len() => data[at] = self.below(256) as u8,
            2 => drop(data.drain(at..end)),
            3 => {
                let piece = data[at..end].to_vec();
                data.splice(at..at, piece);
            }
            4 => {
                let bytes = NUMBERS[self.below(NUMBERS.len())].to_le_bytes();
                let width = [1, 2, 4, 8][self.below(4)].min(data.len() - at);
                data[at..at + width].copy_from_slice(&bytes[..width]);
            }
            5 => data.truncate(at),
            // A number of a text replaced by something else; of bytes, a place that looks like one.
            _ => {
                let start = data[at..].iter().position(u8::is_ascii_digit).map_or(at, |n| at + n);
                let digits = data[start..].iter().take_while(|b| b.is_ascii_digit()).count();
                let token = TOKENS[self.below(TOKENS.len())];
                data.splice(start..start + digits, token.bytes());
            }
        }
    }
}
