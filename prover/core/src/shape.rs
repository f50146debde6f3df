//! What tables and profile fix about a proof before it exists: lookup columns, quotient chunks, folding rounds, and so
//! every length in the proof's encoding. Nothing here is read from a proof.

use crate::air::TableAir;
use crate::config::{Config, Profile};
use crate::error::{CoreError, Kind, Result};
use crate::field::{Challenge, Val};
use crate::refuse;
use crate::table::TableSet;
use p3_air::symbolic::AirLayout;
use p3_batch_stark::ProverData;
use p3_batch_stark::symbolic::{get_log_num_quotient_chunks, get_symbolic_constraints};
use p3_fri::fold_schedule;
use p3_lookup::{LogUpGadget, Lookup};

/// log2 of the factor by which zero knowledge lengthens every column.
pub const LOG_ZK: usize = 1;

/// The shape of one instance's part of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceShape {
    pub width: usize,
    pub log_height: usize,
    /// Fraction columns; the permutation trace has one more, the running sum.
    pub lookups: usize,
    /// Committed quotient chunks.
    pub chunks: usize,
    pub constraints: usize,
}

/// One folding round of the low-degree test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldRound {
    pub log_arity: usize,
    /// log2 of the number of leaves of the round's tree.
    pub log_rows: usize,
}

pub struct ProofShape {
    pub airs: Vec<TableAir>,
    pub instances: Vec<InstanceShape>,
    pub rounds: Vec<FoldRound>,
    pub profile: Profile,
    /// Upstream's data for prover and verifier: the packed lookups. There is no preprocessed commitment in it.
    pub data: ProverData<Config>,
}

impl ProofShape {
    pub fn new(set: &TableSet, profile: &Profile) -> Result<Self> {
        profile.check()?;
        let airs: Vec<TableAir> = (0..set.instances.len()).map(|i| TableAir(set.table(i).clone())).collect();
        let degree_bits: Vec<usize> = set.instances.iter().map(|i| i.log_height + LOG_ZK).collect();
        let data = ProverData::from_airs_and_degrees(&profile.verifying(&[]), &airs, &degree_bits)
            .map_err(|e| CoreError::new(Kind::Tables, format!("the prover library refuses the tables: {e}")))?;
        let mut instances = vec![];
        for ((air, lookups), instance) in airs.iter().zip(&data.common.lookups).zip(&set.instances) {
            instances.push(instance_shape(air, instance.log_height, lookups, profile)?);
        }
        let rounds = fold_rounds(&instances, profile)?;
        Ok(Self { airs, instances, rounds, profile: *profile, data })
    }

    /// Public values for each instance: all of them where the table has public values, none elsewhere.
    pub fn public_values(&self, values: &[Val]) -> Result<Vec<Vec<Val>>> {
        self.airs
            .iter()
            .map(|air| match air.0.publics {
                0 => Ok(vec![]),
                n if n == values.len() => Ok(values.to_vec()),
                n => refuse!(Usage, "table {}: expected {n} public values, got {}", air.0.name, values.len()),
            })
            .collect()
    }
}

fn instance_shape(
    air: &TableAir,
    log_height: usize,
    lookups: &[Lookup<Val>],
    profile: &Profile,
) -> Result<InstanceShape> {
    let table = &air.0;
    let layout = AirLayout {
        main_width: table.width,
        num_public_values: table.publics,
        num_periodic_columns: table.periodic.len(),
        ..Default::default()
    };
    let gadget = LogUpGadget::new();
    let log_chunks = get_log_num_quotient_chunks::<Val, Challenge, TableAir, _>(
        air,
        layout,
        1 << log_height,
        lookups,
        LOG_ZK,
        &gadget,
    );
    // More chunks than the blowup would ask the low-degree test for a degree that its rate cannot certify.
    if log_chunks > profile.log_blowup {
        return refuse!(
            Tables,
            "table {}: the quotient needs 2^{log_chunks} times the height, the blowup is 2^{}",
            table.name,
            profile.log_blowup
        );
    }
    let (base, extension) = get_symbolic_constraints::<Val, Challenge, TableAir, _>(air, layout, lookups, &gadget);
    Ok(InstanceShape {
        width: table.width,
        log_height,
        lookups: lookups.len(),
        chunks: 1 << (log_chunks + LOG_ZK),
        constraints: base.len() + extension.len(),
    })
}

fn fold_rounds(instances: &[InstanceShape], profile: &Profile) -> Result<Vec<FoldRound>> {
    let mut heights: Vec<usize> = instances.iter().map(|i| i.log_height + LOG_ZK + profile.log_blowup).collect();
    heights.sort_unstable_by(|a, b| b.cmp(a));
    heights.dedup();
    let log_final = profile.log_final_poly_len + profile.log_blowup;
    if heights.last().is_none_or(|&lowest| lowest <= log_final) {
        return refuse!(Profile, "expected a final polynomial shorter than every table");
    }
    let mut log_height = heights[0];
    let rounds = fold_schedule(&heights, log_final, profile.max_log_arity)
        .into_iter()
        .map(|log_arity| {
            log_height -= log_arity;
            FoldRound { log_arity, log_rows: log_height }
        })
        .collect();
    Ok(rounds)
}
