//! Tridiagonal systems side by side: point `p` of every line makes up row `p`.

use ndarray::{ArrayViewMut2, Axis};

use super::Number;

/// Rows of a field that are changed.
pub(super) trait Rows {
    /// The rows before, at and after a point; those beyond the ends are empty.
    fn around(&mut self, p: usize) -> (&[f64], &mut [f64], &[f64]);
    /// A row and the one after it.
    fn pair(&mut self, p: usize) -> (&mut [f64], &[f64]);
    /// A row.
    fn row(&mut self, p: usize) -> &mut [f64];
}

/// Rows one after the other.
pub(super) struct Flat<'a> {
    pub(super) values: &'a mut [f64],
    pub(super) width: usize,
}

impl Rows for Flat<'_> {
    fn around(&mut self, p: usize) -> (&[f64], &mut [f64], &[f64]) {
        let w = self.width;
        let (before, rest) = self.values.split_at_mut(p * w);
        let (here, after) = rest.split_at_mut(w);
        (&before[before.len().saturating_sub(w)..], here, &after[..after.len().min(w)])
    }

    fn pair(&mut self, p: usize) -> (&mut [f64], &[f64]) {
        let (here, after) = self.values[p * self.width..].split_at_mut(self.width);
        (here, &after[..self.width])
    }

    fn row(&mut self, p: usize) -> &mut [f64] {
        &mut self.values[p * self.width..][..self.width]
    }
}

/// Rows apart from each other, each contiguous.
pub(super) struct Strided<'a>(pub(super) ArrayViewMut2<'a, f64>);

impl Rows for Strided<'_> {
    fn around(&mut self, p: usize) -> (&[f64], &mut [f64], &[f64]) {
        let (before, rest) = self.0.view_mut().split_at(Axis(0), p);
        let (here, after) = rest.split_at(Axis(0), 1);
        (end_row(before, p.saturating_sub(1)), end_row(here, 0), end_row(after, 0))
    }

    fn pair(&mut self, p: usize) -> (&mut [f64], &[f64]) {
        let (_, here, after) = self.around(p);
        (here, after)
    }

    fn row(&mut self, p: usize) -> &mut [f64] {
        end_row(self.0.view_mut(), p)
    }
}

/// A row of a view that is given up; empty beyond its end.
fn end_row(rows: ArrayViewMut2<'_, f64>, p: usize) -> &mut [f64] {
    if p >= rows.len_of(Axis(0)) {
        return &mut [];
    }
    rows.index_axis_move(Axis(0), p).into_slice().expect("rows along the first axis are contiguous")
}

/// Rows of something that is only read.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub(super) values: &'a [f64],
    pub(super) start: usize,
    pub(super) stride: usize,
}

impl<'a> Shared<'a> {
    fn row(&self, p: usize, width: usize) -> &'a [f64] {
        &self.values[self.start + p * self.stride..][..width]
    }
}

/// What a voxel holds at equilibrium, and one over it.
pub(super) trait Held: Copy {
    /// Of one row.
    type Row<'a>: HeldRow
    where
        Self: 'a;
    fn row(&self, p: usize, width: usize) -> Self::Row<'_>;
}

pub(super) trait HeldRow: Copy {
    fn value(self, l: usize) -> f64;
    fn inverse(self, l: usize) -> f64;
}

/// The same everywhere.
#[derive(Clone, Copy)]
pub(super) struct Even;

impl Held for Even {
    type Row<'a> = Even;
    fn row(&self, _p: usize, _width: usize) -> Even {
        Even
    }
}

impl HeldRow for Even {
    #[inline(always)]
    fn value(self, _l: usize) -> f64 {
        1.0
    }
    #[inline(always)]
    fn inverse(self, _l: usize) -> f64 {
        1.0
    }
}

/// One number for each voxel.
#[derive(Clone, Copy)]
pub(super) struct Uneven<'a> {
    pub(super) value: Shared<'a>,
    pub(super) inverse: Shared<'a>,
}

impl<'s> Held for Uneven<'s> {
    type Row<'a>
        = (&'s [f64], &'s [f64])
    where
        Self: 'a;
    fn row(&self, p: usize, width: usize) -> (&'s [f64], &'s [f64]) {
        (self.value.row(p, width), self.inverse.row(p, width))
    }
}

impl HeldRow for (&[f64], &[f64]) {
    #[inline(always)]
    fn value(self, l: usize) -> f64 {
        self.0[l]
    }
    #[inline(always)]
    fn inverse(self, l: usize) -> f64 {
        self.1[l]
    }
}

/// Memory of one task.
pub(super) struct Scratch<'a> {
    /// Eliminated upper coefficients, a row for each point.
    pub(super) upper: &'a mut [f64],
    /// [`Scratch::MEMORY`] rows.
    pub(super) memory: &'a mut [f64],
}

impl Scratch<'_> {
    /// Rows of memory: the explicit share, the explicit inflow from the point before, one less
    /// the upper coefficient of the point before, `u/affinity` of the next point, and zeros.
    pub(super) const MEMORY: usize = 5;
}

/// `width` lines of `length` points.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    pub(super) length: usize,
    pub(super) width: usize,
}

impl Lines {
    /// Thomas elimination on all lines at once; `g` holds the face above each point.
    ///
    /// Nothing is subtracted but explicit fluxes, so that the total is kept to the last digits
    /// however large the diffusion number.
    pub(super) fn solve(
        self,
        u: &mut impl Rows,
        g: Shared,
        affinity: impl Held,
        number: Number,
        scratch: Scratch,
    ) {
        let (n, w, r) = (self.length, self.width, number.r);
        let Scratch { upper, memory } = scratch;
        let mut memory = memory.chunks_exact_mut(w);
        let [explicit, inflow, slack, level, zeros] =
            std::array::from_fn(|_| memory.next().expect("rows for every line"));
        self.explicit_shares(g, affinity, number, explicit);
        inflow.fill(0.0);
        slack.fill(0.0);
        zeros.fill(0.0);
        let first = affinity.row(0, w);
        for (l, (level, u)) in level.iter_mut().zip(u.row(0).iter()).enumerate() {
            *level = u * first.inverse(l);
        }
        for p in 0..n {
            let (before, here, after) = u.around(p);
            let before = if p > 0 { before } else { &*zeros };
            let below = if p > 0 { g.row(p - 1, w) } else { &*zeros };
            let after = if p + 1 < n { after } else { &*zeros };
            let held = affinity.row(p, w);
            let next = affinity.row((p + 1).min(n - 1), w);
            let above = g.row(p, w);
            let upper = &mut upper[p * w..][..w];
            let (before, here, after) = (&before[..w], &mut here[..w], &after[..w]);
            for l in 0..w {
                // The explicit flux through the face above, counted once for both its sides.
                let next = after[l] * next.inverse(l);
                let outflow = explicit[l] * r * above[l] * (level[l] - next);
                let rhs = here[l] - outflow + inflow[l];
                inflow[l] = outflow;
                level[l] = next;
                let implicit = (1.0 - explicit[l]) * r;
                let (below, above) = (implicit * below[l], implicit * above[l]);
                let rest = held.value(l) + below * slack[l];
                let pivot = 1.0 / (rest + above);
                slack[l] = rest * pivot;
                upper[l] = above * pivot;
                here[l] = (rhs + below * before[l]) * pivot;
            }
        }
        // From here on `u` holds `u/affinity`, up to the row after.
        for p in (0..n - 1).rev() {
            let (here, after) = u.pair(p);
            let upper = &upper[p * w..][..w];
            let (here, after) = (&mut here[..w], &after[..w]);
            for l in 0..w {
                here[l] += upper[l] * after[l];
            }
        }
        for p in 0..n {
            let held = affinity.row(p, w);
            for (l, u) in u.row(p).iter_mut().enumerate() {
                *u *= held.value(l);
            }
        }
    }

    /// How explicit each line may be without emptying a voxel: at most half.
    fn explicit_shares(self, g: Shared, affinity: impl Held, number: Number, explicit: &mut [f64]) {
        if number.mild {
            explicit.fill(0.5);
            return;
        }
        let w = self.width;
        explicit.fill(0.0);
        for p in 0..self.length {
            let (held, above) = (affinity.row(p, w), g.row(p, w));
            for l in 0..w {
                let below = if p > 0 { g.row(p - 1, w)[l] } else { 0.0 };
                let diagonal = number.r * (below + above[l]) * held.inverse(l);
                explicit[l] = if diagonal > explicit[l] { diagonal } else { explicit[l] };
            }
        }
        for explicit in explicit {
            *explicit = if *explicit > 2.0 { 1.0 / *explicit } else { 0.5 };
        }
    }
}
