//! FEC scheme 0 (punktfunk1.md 6.6): systematic Reed-Solomon over GF(2^8), polynomial 0x11D. The coefficient of
//! data shard i in parity row j is the inverse of (m + i) xor j. Decoding by elimination.

struct Field {
    exp: [u8; 510],
    log: [u8; 256],
}

impl Field {
    fn new() -> Field {
        let mut f = Field { exp: [0; 510], log: [0; 256] };
        let mut x = 1u16;
        for i in 0..255 {
            f.exp[i] = x as u8;
            f.exp[i + 255] = x as u8;
            f.log[usize::from(x)] = i as u8;
            x <<= 1;
            if x & 0x100 != 0 {
                x ^= 0x11d;
            }
        }
        f
    }
    fn mul(&self, a: u8, b: u8) -> u8 {
        if a == 0 || b == 0 {
            return 0;
        }
        self.exp[usize::from(self.log[usize::from(a)]) + usize::from(self.log[usize::from(b)])]
    }
    fn inv(&self, a: u8) -> u8 {
        self.exp[255 - usize::from(self.log[usize::from(a)])]
    }
    fn add_scaled(&self, into: &mut [u8], from: &[u8], by: u8) {
        into.iter_mut().zip(from).for_each(|(a, b)| *a ^= self.mul(*b, by));
    }
}

/// Puts the missing ones of the first `k` shards in their places; `shards` = data, then parity.
pub fn restore(k: usize, shards: &mut [Option<Box<[u8]>>]) -> Result<(), String> {
    let f = Field::new();
    let m = shards.len() - k;
    if k == 0 || shards.len() > 255 {
        return Err(format!("a block of {k} and {m}"));
    }
    let missing: Vec<usize> = (0..k).filter(|i| shards[*i].is_none()).collect();
    let rows: Vec<usize> = (0..m).filter(|j| shards[k + j].is_some()).take(missing.len()).collect();
    if rows.len() < missing.len() {
        return Err("too few shards".into());
    }
    // Each row: what the missing shards owe, and the parity less what the others gave.
    let at = |j: usize, i: usize| f.inv(((m + i) ^ j) as u8);
    let mut system: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for j in rows {
        let mut rest = shards[k + j].as_ref().unwrap().to_vec();
        for (i, shard) in shards[..k].iter().enumerate() {
            if let Some(shard) = shard {
                f.add_scaled(&mut rest, shard, at(j, i));
            }
        }
        system.push((missing.iter().map(|i| at(j, *i)).collect(), rest));
    }
    for column in 0..missing.len() {
        let pivot = (column..system.len()).find(|r| system[*r].0[column] != 0);
        system.swap(column, pivot.ok_or("a singular system")?);
        let by = f.inv(system[column].0[column]);
        let (mut left, mut right) = system[column].clone();
        left.iter_mut().chain(&mut right).for_each(|v| *v = f.mul(*v, by));
        for (r, row) in system.iter_mut().enumerate() {
            if r != column {
                let by = row.0[column];
                f.add_scaled(&mut row.0, &left, by);
                f.add_scaled(&mut row.1, &right, by);
            }
        }
        system[column] = (left, right);
    }
    for (i, (_, data)) in missing.into_iter().zip(system) {
        shards[i] = Some(data.into_boxed_slice());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vector_and_every_two_losses() {
        // Data 10, 20, 30, 40 gives parity 136, 0.
        let f = Field::new();
        let row: Vec<u8> = (0..4).map(|i| f.inv((2 + i) ^ 1)).collect();
        assert_eq!(row, [244, 142, 167, 71]);
        let whole: Vec<Option<Box<[u8]>>> =
            [10u8, 20, 30, 40, 136, 0].iter().map(|v| Some(vec![*v].into())).collect();
        for a in 0..6 {
            for b in 0..6 {
                let mut shards = whole.clone();
                shards[a] = None;
                shards[b] = None;
                restore(4, &mut shards).unwrap();
                assert_eq!(shards[..4], whole[..4], "{a} {b}");
            }
        }
        let mut short = whole.clone();
        short[..3].fill(None);
        assert!(restore(4, &mut short).is_err());
    }
}
