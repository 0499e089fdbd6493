//! What the model keeps per voxel: the slow fields and the quasi-steady signals.

/// Number of slow fields.
pub const FIELDS: usize = 17;
/// Number of transfers between slow fields.
pub const TRANSFERS: usize = 8;
/// Number of quasi-steady signals.
pub const SIGNALS: usize = 6;

/// A slow field. The order is that of the transfers: a donor comes before its receivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
#[expect(missing_docs, reason = "each variant's meaning is its record in `Slow::describe`")]
pub enum Slow {
    Debris,
    InflammatoryMacrophages,
    ReparativeMacrophages,
    Fibres,
    Progenitors,
    Chondrocytes,
    Hypertrophic,
    Osteoblasts,
    Adipose,
    Capillaries,
    FibrousCollagen,
    CartilageMatrix,
    ImmatureOsteoid,
    MatureOsteoid,
    Mineral,
    Inhibitor,
    Bmp,
}

/// A signal that follows the tissue within hours and is solved as a steady state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
#[expect(missing_docs, reason = "each variant's meaning is its record in `Signal::describe`")]
pub enum Signal {
    Cytokine,
    Tgf,
    Oxygen,
    Vegf,
    Potential,
    StrainShare,
}

/// What a field is called and measured in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Described {
    /// Name in files and on the command line.
    pub name: &'static str,
    /// Symbol in the equations.
    pub symbol: &'static str,
    /// The physical size of one model unit.
    pub unit: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// A value that counts as large, used to scale errors and colours.
    pub typical: f64,
}

impl Slow {
    /// Every slow field, in order.
    pub const ALL: [Self; FIELDS] = [
        Self::Debris,
        Self::InflammatoryMacrophages,
        Self::ReparativeMacrophages,
        Self::Fibres,
        Self::Progenitors,
        Self::Chondrocytes,
        Self::Hypertrophic,
        Self::Osteoblasts,
        Self::Adipose,
        Self::Capillaries,
        Self::FibrousCollagen,
        Self::CartilageMatrix,
        Self::ImmatureOsteoid,
        Self::MatureOsteoid,
        Self::Mineral,
        Self::Inhibitor,
        Self::Bmp,
    ];

    /// Its name, symbol, unit and meaning.
    #[must_use]
    pub fn describe(self) -> Described {
        let cells = "1e6 cells/mL";
        let fraction = "volume fraction of dense bone";
        let of = |name, symbol, unit, meaning, typical| Described {
            name,
            symbol,
            unit,
            meaning,
            typical,
        };
        match self {
            Self::Debris => of(
                "debris",
                "D",
                "5e7 necrotic cells/mL",
                "necrotic cells, haematoma, matrix fragments",
                1.0,
            ),
            Self::InflammatoryMacrophages => {
                of("inflammatory_macrophages", "M", cells, "inflammatory macrophages", 0.3)
            }
            Self::ReparativeMacrophages => {
                of("reparative_macrophages", "R", cells, "reparative macrophages", 0.3)
            }
            Self::Fibres => of(
                "sensory_fibres",
                "n",
                "densest innervation",
                "sensory (peptidergic) fibre density",
                0.5,
            ),
            Self::Progenitors => of(
                "progenitors",
                "m",
                cells,
                "fibro-adipogenic, tendon, perivascular and endothelial progenitors",
                0.3,
            ),
            Self::Chondrocytes => of("chondrocytes", "c", cells, "chondrocytes (SOX9)", 0.3),
            Self::Hypertrophic => of(
                "hypertrophic_chondrocytes",
                "h",
                cells,
                "hypertrophic chondrocytes (COL10)",
                0.2,
            ),
            Self::Osteoblasts => of("osteoblasts", "b", cells, "osteoblasts (OSX)", 0.2),
            Self::Adipose => of("adipose", "A", cells, "progenitors turned to fat or marrow", 0.2),
            Self::Capillaries => {
                of("capillaries", "v", "resting muscle", "perfused capillary length density", 1.0)
            }
            Self::FibrousCollagen => {
                of("fibrous_collagen", "F", "volume fraction", "fibrous collagen", 0.3)
            }
            Self::CartilageMatrix => {
                of("cartilage_matrix", "Q", "volume fraction", "cartilage matrix", 0.3)
            }
            Self::ImmatureOsteoid => of(
                "immature_osteoid",
                "O1",
                fraction,
                "osteoid collagen not yet able to mineralise",
                0.1,
            ),
            Self::MatureOsteoid => of(
                "mature_osteoid",
                "U",
                fraction,
                "mature bone collagen without mineral (O2 = U + Y)",
                0.1,
            ),
            Self::Mineral => {
                of("mineral", "Y", "1.15 g/cm3 hydroxyapatite", "mineralised bone matrix", 0.3)
            }
            Self::Inhibitor => of(
                "mineralisation_inhibitor",
                "p",
                "1",
                "pyrophosphate, MGP and osteopontin, lumped",
                1.0,
            ),
            Self::Bmp => of("bmp", "B", "1", "bone morphogenetic protein activity", 0.8),
        }
    }

    /// The field of a name or symbol.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.describe().name == name || f.describe().symbol == name)
    }
}

impl Signal {
    /// Every signal, in order.
    pub const ALL: [Self; SIGNALS] =
        [Self::Cytokine, Self::Tgf, Self::Oxygen, Self::Vegf, Self::Potential, Self::StrainShare];

    /// Its name, symbol, unit and meaning.
    #[must_use]
    pub fn describe(self) -> Described {
        let of = |name, symbol, unit, meaning, typical| Described {
            name,
            symbol,
            unit,
            meaning,
            typical,
        };
        match self {
            Self::Cytokine => of("cytokine", "I", "1 ng/mL", "IL-1, IL-6 and TNF, lumped", 2.0),
            Self::Tgf => of("tgf_beta", "T", "about 1 ng/mL", "active TGF-beta and activin", 1.0),
            Self::Oxygen => of("oxygen", "w", "45 mmHg", "oxygen partial pressure", 1.0),
            Self::Vegf => of("vegf", "V", "1 ng/mL", "free VEGF", 1.0),
            Self::Potential => {
                of("potential", "phi", "mV", "electric potential of the injury current", 30.0)
            }
            Self::StrainShare => of(
                "strain_share",
                "s",
                "1",
                "share of the joint's strain that this voxel feels",
                1.0,
            ),
        }
    }

    /// The signal of a name or symbol.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.describe().name == name || s.describe().symbol == name)
    }
}
