//! Lists whose memory is used again.

/// A list without what is in it: its memory, for what is of the same size.
pub(super) fn emptied<T, U>(mut list: Vec<T>) -> Vec<U> {
    list.clear();
    // The iterator's memory becomes that of the list which is made of it.
    list.into_iter().map(|_| unreachable!("it is empty")).collect()
}

/// The bytes that a list has room for.
pub(super) fn room<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}
