//! One AIR for every table: it interprets the table's expression nodes.

use crate::field::Val;
use crate::table::{DEGREE, Node, Table};
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_lookup::{Count, InteractionBuilder};
use std::borrow::Cow;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct TableAir(pub Arc<Table>);

impl BaseAir<Val> for TableAir {
    fn width(&self) -> usize {
        self.0.width
    }

    fn num_public_values(&self) -> usize {
        self.0.publics
    }

    /// No constraint reads the next row: one opening point instead of two.
    fn main_next_row_columns(&self) -> Vec<usize> {
        vec![]
    }

    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        vec![]
    }

    fn num_periodic_columns(&self) -> usize {
        self.0.periodic.len()
    }

    /// Without the hint a table of degree 2 gets one fraction column a message; with it upstream packs three, which in
    /// zero-knowledge mode costs no further quotient chunk.
    fn max_constraint_degree(&self) -> Option<usize> {
        Some(DEGREE)
    }

    fn periodic_columns(&self) -> Cow<'_, [Vec<Val>]> {
        Cow::Borrowed(&self.0.periodic)
    }
}

impl<AB: AirBuilder<F = Val> + InteractionBuilder> Air<AB> for TableAir {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row = main.current_slice();
        let mut v: Vec<AB::Expr> = Vec::with_capacity(self.0.nodes.len());
        for node in &self.0.nodes {
            let value = match *node {
                Node::Const(c) => AB::Expr::from(c),
                Node::Column(i) => row[i as usize].into(),
                Node::Periodic(i) => builder.periodic_values()[i as usize].into(),
                Node::Public(i) => builder.public_values()[i as usize].into(),
                Node::Add(a, b) => v[a as usize].clone() + v[b as usize].clone(),
                Node::Sub(a, b) => v[a as usize].clone() - v[b as usize].clone(),
                Node::Mul(a, b) => v[a as usize].clone() * v[b as usize].clone(),
            };
            v.push(value);
        }
        for &zero in &self.0.constraints {
            builder.assert_zero(v[zero as usize].clone());
        }
        for m in &self.0.messages {
            let count = v[m.count as usize].clone();
            let count = match m.weight {
                0 => Count::provided(count),
                weight => Count::bounded(count, weight.into()),
            };
            builder.push_interaction(&m.bus, m.fields.iter().map(|&f| v[f as usize].clone()), count);
        }
    }
}
