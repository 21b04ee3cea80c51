//! Walks over a tensor along some of its axes, without a buffer: elements that differ only along
//! the reduced axes are a group.

/// Groups side by side in memory that are worked on at once.
pub const LANES: usize = 32;

/// Calls `visit` with the offset of each element that has index 0 along the axes not `chosen`, in
/// order.
pub fn offsets(shape: &[usize], chosen: &dyn Fn(usize) -> bool, visit: &mut dyn FnMut(usize)) {
    walk(shape, chosen, 0, 0, visit);
}

fn walk(
    shape: &[usize],
    chosen: &dyn Fn(usize) -> bool,
    axis: usize,
    offset: usize,
    visit: &mut dyn FnMut(usize),
) {
    let Some((&len, rest)) = shape.split_first() else {
        return visit(offset);
    };
    let stride: usize = rest.iter().product();
    let len = if chosen(axis) { len } else { len.min(1) };
    for i in 0..len {
        walk(rest, chosen, axis + 1, offset + i * stride, visit);
    }
}

/// Calls `visit(group, offset, lanes)` for all groups in order, up to [`LANES`] that are
/// neighbours at once: `group` is the first one's number, `offset` that of its first element.
/// Element `e` of lane `l` lies at `offset + o + l`, where [`offsets`] over the reduced axes
/// gives the `o`.
pub fn groups(
    shape: &[usize],
    reduced: &dyn Fn(usize) -> bool,
    visit: &mut dyn FnMut(usize, usize, usize),
) {
    let last = shape.len().saturating_sub(1);
    // Along the last axis, where it is not reduced, neighbours lie.
    let width = match shape.last() {
        Some(&width) if !reduced(last) => width,
        _ => 1,
    };
    let mut group = 0;
    offsets(
        shape,
        &|axis| axis != last && !reduced(axis),
        &mut |start| {
            for first in (0..width).step_by(LANES) {
                let lanes = LANES.min(width - first);
                visit(group, start + first, lanes);
                group += lanes;
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_the_elements_of_their_index() {
        let shape = [2, 3, 40];
        for reduced in [vec![0], vec![1], vec![2], vec![0, 2], vec![0, 1, 2], vec![]] {
            let is_reduced = |axis: usize| reduced.contains(&axis);
            let mut group_of = vec![usize::MAX; 240];
            groups(&shape, &is_reduced, &mut |group, start, lanes| {
                offsets(&shape, &is_reduced, &mut |o| {
                    (0..lanes).for_each(|l| group_of[start + o + l] = group + l);
                });
            });
            for (i, &group) in group_of.iter().enumerate() {
                let index = [i / 120, i / 40 % 3, i % 40];
                let kept = (0..3).filter(|&axis| !is_reduced(axis));
                let expected = kept.fold(0, |g, axis| g * shape[axis] + index[axis]);
                assert_eq!(group, expected, "element {i}, reduced {reduced:?}");
            }
        }
    }
}
