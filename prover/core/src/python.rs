//! The Python module: conversion of arguments and errors, and nothing else.

use crate::config::Profile;
use crate::error::{CoreError, Result};
use crate::field::{P, Val, canonical};
use crate::guard::guarded;
use crate::table::TableSet;
use crate::{poseidon, refuse, verify};
use p3_field::PrimeField64;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

pyo3::create_exception!(
    plimsoll_core,
    PyCoreError,
    PyException,
    "The core refused; the message starts with the kind of refusal."
);

impl From<CoreError> for PyErr {
    fn from(error: CoreError) -> Self {
        PyCoreError::new_err(error.to_string())
    }
}

/// Runs `f` without the GIL; errors and panics become `CoreError`.
pub fn without_gil<T: Send>(py: Python<'_>, f: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    Ok(py.detach(|| guarded(f))?)
}

pub fn elements(values: &[u64]) -> Result<Vec<Val>> {
    values
        .iter()
        .map(|&x| match canonical(x) {
            Some(v) => Ok(v),
            None => refuse!(Usage, "expected field elements below {P}, got {x}"),
        })
        .collect()
}

pub fn statement(digest: &[u8]) -> Result<()> {
    match digest.len() {
        32 => Ok(()),
        n => refuse!(Usage, "expected a statement digest of 32 bytes, got {n}"),
    }
}

#[pyclass(name = "Profile", frozen, get_all, eq, from_py_object, module = "plimsoll_core")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PyProfile {
    log_blowup: usize,
    queries: usize,
    query_pow_bits: usize,
    log_final_poly_len: usize,
    max_log_arity: usize,
    random_codewords: usize,
    cap_height: usize,
}

#[pymethods]
impl PyProfile {
    #[new]
    fn new(
        log_blowup: usize,
        queries: usize,
        query_pow_bits: usize,
        log_final_poly_len: usize,
        max_log_arity: usize,
        random_codewords: usize,
        cap_height: usize,
    ) -> PyResult<Self> {
        let profile = Self {
            log_blowup,
            queries,
            query_pow_bits,
            log_final_poly_len,
            max_log_arity,
            random_codewords,
            cap_height,
        };
        profile.get().check()?;
        Ok(profile)
    }
}

impl PyProfile {
    pub const fn get(&self) -> Profile {
        Profile {
            log_blowup: self.log_blowup,
            queries: self.queries,
            query_pow_bits: self.query_pow_bits,
            log_final_poly_len: self.log_final_poly_len,
            max_log_arity: self.max_log_arity,
            random_codewords: self.random_codewords,
            cap_height: self.cap_height,
        }
    }
}

#[pyfunction(name = "verify")]
fn py_verify(
    py: Python<'_>,
    tables: &[u8],
    public_values: Vec<u64>,
    statement_digest: &[u8],
    proof: &[u8],
    profile: PyProfile,
) -> PyResult<()> {
    statement(statement_digest)?;
    let values = elements(&public_values)?;
    without_gil(py, || verify::verify(&TableSet::parse(tables)?, &values, statement_digest, proof, &profile.get()))
}

#[pyfunction]
fn poseidon2(state: Vec<u64>) -> PyResult<Vec<u64>> {
    let values = elements(&state)?;
    let Ok(state) = <[Val; poseidon::WIDTH]>::try_from(values) else {
        return Ok(refuse!(Usage, "expected a state of {} elements, got {}", poseidon::WIDTH, state.len())?);
    };
    Ok(poseidon::permute(state).iter().map(PrimeField64::as_canonical_u64).collect())
}

/// Adds everything to a module; the test suite's module adds the same.
pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("CoreError", m.py().get_type::<PyCoreError>())?;
    m.add_class::<PyProfile>()?;
    m.add_function(wrap_pyfunction!(py_verify, m)?)?;
    m.add_function(wrap_pyfunction!(poseidon2, m)?)
}

#[pymodule]
fn plimsoll_core(m: &Bound<'_, PyModule>) -> PyResult<()> {
    register(m)
}
