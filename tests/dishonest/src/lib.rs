//! Everything of `plimsoll_core`, and what an honest prover has no use for: proofs of any traces at all.
//!
//! The release prover itself checks no constraint; a forgery's rejection is the verifiers' work, and this module lets
//! the test suite show them every kind of forgery. It is never part of a wheel.

mod bare;

use p3_field::PrimeField64;
use p3_matrix::dense::RowMajorMatrix;
use plimsoll_core::error::Result;
use plimsoll_core::field::Val;
use plimsoll_core::prove::prove;
use plimsoll_core::python::{PyProfile, PyWitness, elements, register, statement, without_gil};
use plimsoll_core::refuse;
use plimsoll_core::stages::quiet;
use plimsoll_core::table::TableSet;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList};
use std::collections::HashMap;

/// Proves the traces (one for each instance, u64 little-endian, row after row, full height). Blind columns are
/// overwritten with fresh blinds unless `keep_blinds`.
///
/// `seeds`: of the Merkle salts and of the masks, each 32 bytes, or none for fresh ones; 32 zeros switch them off.
/// Without `seeds` the core's own prover is used.
#[pyfunction]
#[pyo3(signature = (tables, traces, public_values, statement_digest, profile, keep_blinds=false, seeds=None))]
#[allow(clippy::too_many_arguments)]
fn prove_traces<'py>(
    py: Python<'py>,
    tables: &[u8],
    traces: Vec<PyBackedBytes>,
    public_values: Vec<u64>,
    statement_digest: &[u8],
    profile: PyProfile,
    keep_blinds: bool,
    seeds: Option<(Vec<u8>, Vec<u8>)>,
) -> PyResult<Bound<'py, PyBytes>> {
    statement(statement_digest)?;
    let values = elements(&public_values)?;
    let proof = without_gil(py, || {
        let set = TableSet::parse(tables)?;
        let traces = matrices(&set, &traces)?;
        match &seeds {
            None => prove(&set, traces, &values, statement_digest, &profile.get(), !keep_blinds, &quiet()),
            Some((salts, masks)) => {
                let generators = (bare::generator(salts)?, bare::generator(masks)?);
                bare::prove(&set, traces, &values, statement_digest, &profile.get(), !keep_blinds, generators)
            }
        }
    })?;
    Ok(PyBytes::new(py, &proof))
}

fn matrices(set: &TableSet, traces: &[PyBackedBytes]) -> Result<Vec<RowMajorMatrix<Val>>> {
    if traces.len() != set.instances.len() {
        return refuse!(Usage, "expected {} traces, got {}", set.instances.len(), traces.len());
    }
    traces
        .iter()
        .enumerate()
        .map(|(i, bytes)| {
            let (words, rest) = bytes.as_chunks::<8>();
            let width = set.table(i).width;
            if !rest.is_empty() || words.len() % width != 0 {
                return refuse!(Usage, "trace {i}: expected rows of {width} columns of 8 bytes");
            }
            let words: Vec<u64> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
            Ok(RowMajorMatrix::new(elements(&words)?, width))
        })
        .collect()
}

/// The core's witness, with its traces in the open.
#[pyclass(name = "Witness", extends = PyWitness, module = "plimsoll_dishonest")]
struct OpenWitness;

#[pymethods]
impl OpenWitness {
    /// A lenient witness goes on where an honest run stops: a limb that overflows loses its high bits, 1/0 is 0, a
    /// value outside a range table is counted nowhere, and the tape may have words left over.
    #[new]
    #[pyo3(signature = (tables, program, roms, tape, lenient=false))]
    fn new(
        py: Python<'_>,
        tables: &[u8],
        program: &str,
        roms: HashMap<String, PyBackedBytes>,
        tape: &[u8],
        lenient: bool,
    ) -> PyResult<PyClassInitializer<Self>> {
        let witness = PyWitness::run(py, tables, program, &roms, tape, lenient)?;
        Ok(PyClassInitializer::from(witness).add_subclass(Self))
    }

    /// The filled traces, one for each instance, u64 little-endian, row after row; blind columns are zero.
    fn traces<'py>(this: PyRef<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        let py = this.py();
        let Some(witness) = &this.as_super().witness else {
            return Ok(refuse!(Usage, "this witness was already proven")?);
        };
        let bytes = witness.traces.iter().map(|trace| {
            let words: Vec<u8> = trace.values.iter().flat_map(|v| v.as_canonical_u64().to_le_bytes()).collect();
            PyBytes::new(py, &words)
        });
        PyList::new(py, bytes)
    }
}

#[pymodule]
fn plimsoll_dishonest(m: &Bound<'_, PyModule>) -> PyResult<()> {
    register(m)?;
    m.add_class::<OpenWitness>()?;
    m.add_function(wrap_pyfunction!(prove_traces, m)?)
}
