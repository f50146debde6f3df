//! Strict reading of little-endian bytes: everything refused that is missing, left over or not canonical.

use crate::error::{CoreError, Kind, Result};
use crate::field::{Challenge, EXTENSION, Val, canonical};
use p3_field::BasedVectorSpace;

pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    kind: Kind,
}

impl<'a> Reader<'a> {
    /// `kind` is the kind of every error.
    pub const fn new(bytes: &'a [u8], kind: Kind) -> Self {
        Self { bytes, at: 0, kind }
    }

    pub fn error(&self, message: impl AsRef<str>) -> CoreError {
        CoreError::new(self.kind, format!("{} at byte {}", message.as_ref(), self.at))
    }

    pub fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let left = self.bytes.len() - self.at;
        if n > left {
            return Err(self.error(format!("expected {n} more bytes, got {left}")));
        }
        self.at += n;
        Ok(&self.bytes[self.at - n..self.at])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into().expect("take gives the length asked for"))
    }

    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub fn val(&mut self) -> Result<Val> {
        let x = self.u64()?;
        canonical(x).ok_or_else(|| self.error(format!("expected a field element below p, got {x}")))
    }

    pub fn vals(&mut self, n: usize) -> Result<Vec<Val>> {
        self.many(n, 8, Self::val)
    }

    pub fn ext(&mut self) -> Result<Challenge> {
        let mut parts = [Val::default(); EXTENSION];
        for part in &mut parts {
            *part = self.val()?;
        }
        Ok(Challenge::from_basis_coefficients_slice(&parts).expect("as many parts as the extension's degree"))
    }

    pub fn exts(&mut self, n: usize) -> Result<Vec<Challenge>> {
        self.many(n, 8 * EXTENSION, Self::ext)
    }

    pub fn digest(&mut self) -> Result<[u8; 32]> {
        self.array()
    }

    pub fn digests(&mut self, n: usize) -> Result<Vec<[u8; 32]>> {
        self.many(n, 32, Self::digest)
    }

    pub fn string(&mut self) -> Result<String> {
        let n = self.u16()?;
        let raw = self.take(n as usize)?;
        std::str::from_utf8(raw).map(str::to_owned).map_err(|_| self.error("expected UTF-8"))
    }

    /// A u32 count of items of at least `size` bytes each.
    pub fn count(&mut self, size: usize) -> Result<usize> {
        let n = self.u32()? as usize;
        self.fits(n, size)?;
        Ok(n)
    }

    /// `n` items of at least `size` bytes each, refused before anything is allocated if they cannot be there.
    pub fn many<T>(&mut self, n: usize, size: usize, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.fits(n, size)?;
        let mut items = Vec::with_capacity(n);
        for _ in 0..n {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn fits(&self, n: usize, size: usize) -> Result<()> {
        let left = self.bytes.len() - self.at;
        match n.checked_mul(size) {
            Some(needed) if needed <= left => Ok(()),
            _ => Err(self.error(format!("expected {n} items of {size} bytes, got {left} bytes"))),
        }
    }

    pub fn finish(self) -> Result<()> {
        match self.bytes.len() - self.at {
            0 => Ok(()),
            left => Err(self.error(format!("expected the end, got {left} more bytes"))),
        }
    }
}
