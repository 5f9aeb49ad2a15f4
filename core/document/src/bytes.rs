//! Reads hostile bytes: every read checks its bounds.

use crate::fault::{corrupt, Fault, Outcome};

const CUT: Fault = corrupt("the bytes end too early or hold a malformed number");

#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(rest: &'a [u8]) -> Self {
        Reader { rest }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn rest_size(&self) -> usize {
        self.rest.len()
    }

    pub fn take(&mut self, size: u64) -> Outcome<&'a [u8]> {
        let size = usize::try_from(size).map_err(|_| CUT)?;
        let (taken, rest) = self.rest.split_at_checked(size).ok_or(CUT)?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Outcome<u8> {
        Ok(self.take(1)?[0])
    }

    /// LEB128, unsigned, at most ten bytes.
    pub fn unsigned(&mut self) -> Outcome<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(CUT);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CUT)
    }

    /// LEB128, signed, at most ten bytes.
    pub fn signed(&mut self) -> Outcome<i64> {
        let mut value = 0i64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte != 0 && byte != 0x7f {
                return Err(CUT);
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let used = shift + 7;
                if used < 64 && byte & 0x40 != 0 {
                    value |= -1i64 << used;
                }
                return Ok(value);
            }
        }
        Err(CUT)
    }

    pub fn sized(&mut self) -> Outcome<&'a [u8]> {
        let size = self.unsigned()?;
        self.take(size)
    }

    pub fn text(&mut self) -> Outcome<&'a str> {
        std::str::from_utf8(self.sized()?).map_err(|_| corrupt("a text is not UTF-8"))
    }

    pub fn array<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        let taken = self.take(N as u64)?;
        Ok(taken.try_into().expect("take() gives what it was asked for"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(Reader::new(&[0xe5, 0x8e, 0x26]).unsigned().unwrap(), 624_485);
        assert_eq!(Reader::new(&[0x80, 0x7f]).signed().unwrap(), -128);
        assert_eq!(Reader::new(&[0xc0, 0x00]).signed().unwrap(), 64);
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Reader::new(&most).unsigned().unwrap(), u64::MAX);
        let least = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
        assert_eq!(Reader::new(&least).signed().unwrap(), i64::MIN);
        assert!(Reader::new(&[0xff; 10]).unsigned().is_err());
        assert!(Reader::new(&[0x80]).unsigned().is_err());
    }
}
