//! The page as a whole, made from run folders that hold what each test needs.

mod bones;
mod damaged;
mod folders;
mod incomplete;
mod markup;
mod numbers;
mod safety;
