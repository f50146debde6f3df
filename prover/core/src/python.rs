//! The Python module: conversion of arguments and errors, and nothing else.

use crate::config::Profile;
use crate::error::{CoreError, Result};
use crate::field::{P, Val, canonical};
use crate::guard::guarded;
use crate::prove::prove;
use crate::stages::{Progress, quiet};
use crate::table::TableSet;
use crate::witness::Witness;
use crate::{poseidon, refuse, security, verify};
use p3_field::PrimeField64;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

mod exception {
    pyo3::create_exception!(
        plimsoll_core,
        CoreError,
        pyo3::exceptions::PyException,
        "The core refused; the message starts with the kind of refusal."
    );
}

impl From<CoreError> for PyErr {
    fn from(error: CoreError) -> Self {
        exception::CoreError::new_err(error.to_string())
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

/// The traces are gone after a proof; outputs and row counts stay.
#[pyclass(name = "Witness", subclass, module = "plimsoll_core")]
pub struct PyWitness {
    pub witness: Option<Witness>,
    #[pyo3(get)]
    outputs: Vec<u64>,
    #[pyo3(get)]
    rows: Vec<usize>,
}

impl PyWitness {
    pub fn run(
        py: Python<'_>,
        tables: &[u8],
        program: &str,
        roms: &HashMap<String, PyBackedBytes>,
        tape: &[u8],
        lenient: bool,
    ) -> PyResult<Self> {
        let witness = without_gil(py, || Witness::run(tables, program, roms, tape, lenient))?;
        let outputs = witness.outputs.iter().map(PrimeField64::as_canonical_u64).collect();
        Ok(Self { outputs, rows: witness.rows.clone(), witness: Some(witness) })
    }
}

#[pymethods]
impl PyWitness {
    #[new]
    fn new(
        py: Python<'_>,
        tables: &[u8],
        program: &str,
        roms: HashMap<String, PyBackedBytes>,
        tape: &[u8],
    ) -> PyResult<Self> {
        Self::run(py, tables, program, &roms, tape, false)
    }

    #[pyo3(signature = (statement_digest, profile, progress=None))]
    fn prove<'py>(
        &mut self,
        py: Python<'py>,
        statement_digest: &[u8],
        profile: PyProfile,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        statement(statement_digest)?;
        let Some(Witness { set, outputs, traces, .. }) = self.witness.take() else {
            return Ok(refuse!(Usage, "this witness was already proven: make another, masks are drawn once")?);
        };
        let raised: Arc<Mutex<Option<PyErr>>> = Arc::default();
        let report = progress.map_or_else(quiet, |callback| listener(callback, raised.clone()));
        let profile = profile.get();
        let proof = without_gil(py, || prove(&set, traces, &outputs, statement_digest, &profile, true, &report));
        match raised.lock().ok().and_then(|mut e| e.take()) {
            Some(e) => Err(e),
            None => Ok(PyBytes::new(py, &proof?)),
        }
    }
}

/// Calls Python at each stage; what it raises is kept, to be raised as it is.
fn listener(callback: Py<PyAny>, raised: Arc<Mutex<Option<PyErr>>>) -> Progress {
    Arc::new(move |stage| {
        Python::attach(|py| callback.call1(py, (stage,)).map(drop)).or_else(|e| {
            if let Ok(mut raised) = raised.lock() {
                raised.get_or_insert(e);
            }
            refuse!(Usage, "the progress callback raised")
        })
    })
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

#[pyfunction]
fn security_terms<'py>(py: Python<'py>, tables: &[u8], profile: PyProfile) -> PyResult<Bound<'py, PyDict>> {
    let terms = without_gil(py, || security::terms(&TableSet::parse(tables)?, &profile.get()))?;
    let dict = PyDict::new(py);
    for (name, bits) in terms {
        dict.set_item(name, bits)?;
    }
    Ok(dict)
}

/// Adds everything to a module; the test suite's module adds the same.
pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("CoreError", m.py().get_type::<exception::CoreError>())?;
    m.add_class::<PyProfile>()?;
    m.add_class::<PyWitness>()?;
    m.add_function(wrap_pyfunction!(py_verify, m)?)?;
    m.add_function(wrap_pyfunction!(poseidon2, m)?)?;
    m.add_function(wrap_pyfunction!(security_terms, m)?)
}

#[pymodule]
fn plimsoll_core(m: &Bound<'_, PyModule>) -> PyResult<()> {
    register(m)
}
