//! Values on a grid.

use std::ops::{Deref, DerefMut, Index, IndexMut};

use crate::Grid;

/// One value per voxel of a [`Grid`], in one contiguous array, first axis fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<T> {
    grid: Grid,
    data: Vec<T>,
}

impl<T> Field<T> {
    /// A field from its values.
    ///
    /// # Panics
    /// If `data` does not hold one value per voxel.
    #[must_use]
    pub fn from_vec(grid: Grid, data: Vec<T>) -> Self {
        assert_eq!(data.len(), grid.len(), "one value per voxel");
        Self { grid, data }
    }

    /// A field whose value at each voxel is `f` of the voxel's indices.
    #[must_use]
    pub fn from_fn(grid: Grid, mut f: impl FnMut([usize; 3]) -> T) -> Self {
        let [nx, ny, nz] = grid.shape();
        let mut data = Vec::with_capacity(grid.len());
        for k in 0..nz {
            for j in 0..ny {
                for i in 0..nx {
                    data.push(f([i, j, k]));
                }
            }
        }
        Self { grid, data }
    }

    /// The grid that the values stand on.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The values, given away.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.data
    }

    /// The same field with `f` applied to every value.
    #[must_use]
    pub fn map<U>(&self, f: impl FnMut(&T) -> U) -> Field<U> {
        Field { grid: self.grid, data: self.data.iter().map(f).collect() }
    }
}

impl<T: Clone> Field<T> {
    /// A field of one value.
    #[must_use]
    pub fn filled(grid: Grid, value: T) -> Self {
        Self { grid, data: vec![value; grid.len()] }
    }
}

impl<T> Deref for Field<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.data
    }
}

impl<T> DerefMut for Field<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.data
    }
}

impl<T> Index<[usize; 3]> for Field<T> {
    type Output = T;
    fn index(&self, voxel: [usize; 3]) -> &T {
        &self.data[self.grid.index(voxel)]
    }
}

impl<T> IndexMut<[usize; 3]> for Field<T> {
    fn index_mut(&mut self, voxel: [usize; 3]) -> &mut T {
        let index = self.grid.index(voxel);
        &mut self.data[index]
    }
}
