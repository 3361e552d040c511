//! `sub` values in the shape that was asked for.

use rand::Rng;

use crate::options::SubShape;

/// Where a skewed pool begins nine in ten of its values.
const HOT: u8 = b'e';

/// Beginnings that AWS does not give out today and does not rule out either.
const OUTSIDE: [u8; 6] = [b'g', b'h', b'k', b'm', b'z', b'_'];

pub(super) struct Subs {
    shape: SubShape,
    made: usize,
}

impl Subs {
    pub(super) fn new(shape: SubShape) -> Self {
        Self { shape, made: 0 }
    }

    pub(super) fn next(&mut self, random: &mut impl Rng) -> String {
        let mut bytes = [0; 16];
        random.fill_bytes(&mut bytes);
        let roll = random.next_u32();
        let mut sub = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
        self.made += 1;
        if self.shape == SubShape::Skewed {
            let first = if self.made % 400 == 7 {
                Some(OUTSIDE[self.made / 400 % OUTSIDE.len()])
            } else {
                (roll % 100 < 89).then_some(HOT)
            };
            if let Some(first) = first {
                sub.replace_range(..1, char::from(first).encode_utf8(&mut [0; 4]));
            }
        }
        sub
    }
}
