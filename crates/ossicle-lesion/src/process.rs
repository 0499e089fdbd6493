//! What a process of the lesion is: pointwise rates, declared.

use ossicle_field::reaction::{self, LANES, Lanes, Transfer};

use crate::exposure::{Exposure, Host};
use crate::fields::{FIELDS, SIGNALS, Signal, Slow, TRANSFERS};
use crate::joint::Load;

/// Gains, losses and transfers of one tile.
pub type Rates = reaction::Rates<FIELDS, TRANSFERS>;

/// A flow from one slow field to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Flow {
    /// Inflammatory macrophages turn reparative.
    MacrophageSwitch,
    /// Progenitors become chondrocytes.
    Chondrogenesis,
    /// Progenitors become osteoblasts.
    Osteogenesis,
    /// Progenitors become fat.
    Adipogenesis,
    /// Chondrocytes become hypertrophic.
    Hypertrophy,
    /// Hypertrophic cartilage is invaded and replaced; a share becomes osteoblasts.
    Replacement,
    /// Osteoid collagen matures.
    Maturation,
    /// Mature osteoid takes up mineral.
    Mineralisation,
}

impl Flow {
    /// Every flow with its donor and receiver, in order.
    pub const ALL: [(Self, Slow, Slow); TRANSFERS] = [
        (Self::MacrophageSwitch, Slow::InflammatoryMacrophages, Slow::ReparativeMacrophages),
        (Self::Chondrogenesis, Slow::Progenitors, Slow::Chondrocytes),
        (Self::Osteogenesis, Slow::Progenitors, Slow::Osteoblasts),
        (Self::Adipogenesis, Slow::Progenitors, Slow::Adipose),
        (Self::Hypertrophy, Slow::Chondrocytes, Slow::Hypertrophic),
        (Self::Replacement, Slow::Hypertrophic, Slow::Osteoblasts),
        (Self::Maturation, Slow::ImmatureOsteoid, Slow::MatureOsteoid),
        (Self::Mineralisation, Slow::MatureOsteoid, Slow::Mineral),
    ];

    /// The transfers of the model, with the share of invaded hypertrophic chondrocytes that
    /// survive as osteoblasts.
    #[must_use]
    pub fn transfers(surviving_share: f64) -> [Transfer; TRANSFERS] {
        Self::ALL.map(|(flow, from, to)| Transfer {
            from: from as usize,
            to: to as usize,
            share: if flow == Self::Replacement { surviving_share } else { 1.0 },
        })
    }
}

/// What the healthy tissue of each lane is like.
#[derive(Clone, Debug)]
pub struct TissueLanes {
    /// Osteogenic competence.
    pub competence: Lanes,
    /// Resident progenitors, 1e6 cells/mL.
    pub progenitors: Lanes,
    /// Resident fibre density.
    pub fibres: Lanes,
    /// Ability of vessels to grow.
    pub vessel_growth: Lanes,
    /// Resident capillary density.
    pub vessels: Lanes,
    /// VEGF of the healthy tissue, ng/mL, which keeps its vessels as they are.
    pub resting_vegf: Lanes,
    /// Strain at which the healthy tissue fails.
    pub failure_strain: Lanes,
    /// Young's modulus of the healthy tissue, MPa.
    pub modulus_mpa: Lanes,
}

/// What a process may read: the state of one tile and what follows from it at once.
#[derive(Clone, Debug)]
pub struct Tile<'a> {
    pub(crate) fields: &'a [Lanes; FIELDS],
    pub(crate) signals: &'a [Lanes; SIGNALS],
    /// The labelled tissue.
    pub tissue: &'a TissueLanes,
    /// The patient.
    pub host: &'a Host,
    /// Care at this instant.
    pub exposure: &'a Exposure,
    /// The strains that today's motion puts on the joint.
    pub loads: &'a [Load],
    /// Quantities that processes derive for one another.
    pub derived: Derived,
}

impl<'a> Tile<'a> {
    /// A slow field.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, field: Slow) -> &'a Lanes {
        &self.fields[field as usize]
    }

    /// A signal.
    #[inline(always)]
    #[must_use]
    pub fn signal(&self, signal: Signal) -> &'a Lanes {
        &self.signals[signal as usize]
    }
}

/// Algebraic quantities: they follow the state within minutes. Each starts at the value
/// that it has when the process that makes it is switched off.
#[derive(Clone, Debug)]
pub struct Derived {
    /// S, neuropeptide release; 0 without nerves.
    pub neuropeptide: Lanes,
    /// 1 + a_S S, the gain that neuropeptides give.
    pub neural_gain: Lanes,
    /// PG, prostaglandin E2; 0 without COX.
    pub prostaglandin: Lanes,
    /// G, share of differentiation into bone that strain permits; 1 without mechanotransduction.
    pub permission: Lanes,
    /// The same of differentiation into cartilage.
    pub chondrogenic_permission: Lanes,
    /// Damage by strain and heat, per day; 0 without.
    pub damage: Lanes,
    /// HB, commitment by BMP; 0 without BMP.
    pub commitment: Lanes,
    /// Room for more cells, 1 - m - c - h - b.
    pub room: Lanes,
    /// Pore space left by matrix, 1 - Q - O1 - O2.
    pub pore: Lanes,
    /// Bone matrix, O1 + O2.
    pub bone: Lanes,
}

impl Default for Derived {
    fn default() -> Self {
        let (zero, one) = ([0.0; LANES], [1.0; LANES]);
        Self {
            neuropeptide: zero,
            neural_gain: one,
            prostaglandin: zero,
            permission: one,
            chondrogenic_permission: one,
            damage: zero,
            commitment: zero,
            room: zero,
            pore: zero,
            bone: zero,
        }
    }
}

/// A process of the lesion that acts in each voxel on its own.
///
/// Rates are added to what other processes have put there: gains in units of the field per
/// day, losses per day of the field, transfers per day of the donor; none negative.
pub trait Process: Send + Sync {
    /// The slow fields whose values its rates and derived quantities follow from, those behind
    /// room, pore and bone included. What another process derives is that one's to declare.
    fn reads(&self) -> &'static [Slow];

    /// The slow fields whose rates it adds to, as donors and receivers of transfers too.
    fn writes(&self) -> &'static [Slow];

    /// The signals that it reads.
    fn reads_signals(&self) -> &'static [Signal] {
        &[]
    }

    /// Fills the algebraic quantities that it is responsible for. Runs for all processes, in
    /// the model's order, before any rate.
    fn derive(&self, _tile: &mut Tile) {}

    /// Adds its rates.
    fn rates(&self, _tile: &Tile, _rates: &mut Rates) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SWITCHES, parameters};
    use crate::testing::{Arbitrary, model_of};

    /// Tiles on which each declaration is tried.
    const TILES: u64 = 64;

    /// Every pointwise process on its own, by name.
    fn processes() -> Vec<(&'static str, Box<dyn Process>)> {
        let alone = |name| model_of(&[name]).pointwise.pop().map(|process| (name, process));
        SWITCHES.iter().filter_map(|switch| alone(switch.name)).collect()
    }

    fn evaluate(process: &dyn Process, arbitrary: &Arbitrary) -> (Derived, Rates) {
        let mut tile = arbitrary.tile();
        process.derive(&mut tile);
        let mut rates = Rates::default();
        process.rates(&tile, &mut rates);
        (tile.derived, rates)
    }

    /// All that a process makes, as one list of bits; room, pore and bone are not its own.
    fn made(process: &dyn Process, arbitrary: &Arbitrary) -> Vec<u64> {
        let (derived, rates) = evaluate(process, arbitrary);
        let Derived {
            neuropeptide,
            neural_gain,
            prostaglandin,
            permission,
            chondrogenic_permission,
            damage,
            commitment,
            ..
        } = derived;
        let makes_bone = [permission, chondrogenic_permission];
        [neuropeptide, neural_gain, prostaglandin, damage, commitment]
            .iter()
            .chain(&makes_bone)
            .chain(&rates.gain)
            .chain(&rates.loss)
            .chain(&rates.transfer)
            .flatten()
            .map(|value| value.to_bits())
            .collect()
    }

    #[test]
    fn rates_are_finite_and_not_negative_whatever_the_tile() {
        for (name, process) in processes() {
            for number in 0..TILES {
                let (_, rates) = evaluate(process.as_ref(), &Arbitrary::number(number));
                let all = rates.gain.iter().chain(&rates.loss).chain(&rates.transfer).flatten();
                let bad: Vec<&f64> = all.filter(|r| !(**r >= 0.0 && r.is_finite())).collect();
                assert!(bad.is_empty(), "{name} has rates {bad:?} on tile {number}");
            }
        }
    }

    #[test]
    fn a_process_writes_what_it_declares_and_nothing_else() {
        for (name, process) in processes() {
            let mut written = [false; FIELDS];
            for number in 0..TILES {
                let (_, rates) = evaluate(process.as_ref(), &Arbitrary::number(number));
                let some = |lanes: &Lanes| lanes.iter().any(|r| *r != 0.0);
                for ((written, gain), loss) in written.iter_mut().zip(&rates.gain).zip(&rates.loss)
                {
                    *written |= some(gain) || some(loss);
                }
                for (flow, from, to) in Flow::ALL {
                    if some(&rates.transfer[flow as usize]) {
                        written[from as usize] = true;
                        written[to as usize] = true;
                    }
                }
            }
            for field in Slow::ALL {
                let declared = process.writes().contains(&field);
                assert_eq!(written[field as usize], declared, "{name} and {field:?}");
            }
        }
    }

    #[test]
    fn a_process_follows_from_what_it_declares_and_from_all_of_it() {
        for (name, process) in processes() {
            let matters = |change: &dyn Fn(&mut Arbitrary)| {
                (0..TILES).any(|number| {
                    let mut tile = Arbitrary::number(number);
                    let before = made(process.as_ref(), &tile);
                    change(&mut tile);
                    before != made(process.as_ref(), &tile)
                })
            };
            for field in Slow::ALL {
                let found = matters(&|tile| tile.replace_field(field));
                assert_eq!(found, process.reads().contains(&field), "{name} and {field:?}");
            }
            for signal in Signal::ALL {
                let found = matters(&|tile| tile.replace_signal(signal));
                assert_eq!(found, process.reads_signals().contains(&signal), "{name}, {signal:?}");
            }
        }
    }

    #[test]
    fn no_process_stands_before_one_whose_derived_quantities_it_reads() {
        // Deriving everything a second time changes nothing.
        let names: Vec<&str> = SWITCHES.iter().map(|switch| switch.name).collect();
        let model = model_of(&names);
        for number in 0..TILES {
            let arbitrary = Arbitrary::number(number);
            let mut tile = arbitrary.tile();
            let derive = |tile: &mut Tile| {
                model.pointwise.iter().for_each(|process| process.derive(tile));
                format!("{:?}", tile.derived)
            };
            assert_eq!(derive(&mut tile), derive(&mut tile), "tile {number}");
        }
    }

    #[test]
    fn every_parameter_is_declared_once_within_its_own_range() {
        let mut symbols = std::collections::BTreeSet::new();
        for p in parameters() {
            assert!(symbols.insert(p.symbol), "{} is declared twice", p.symbol);
            let (low, high) = p.range;
            assert!(low <= p.default && p.default <= high && low < high, "{p:?}");
            assert!(!p.meaning.is_empty() && !p.source.is_empty() && !p.unit.is_empty(), "{p:?}");
            let exponent = p.kind == crate::parameter::Kind::Exponent;
            assert!(!exponent || [p.default, low, high].iter().all(|v| v.fract() == 0.0), "{p:?}");
        }
    }
}
