//! Arrays with their axes in another order.

/// Walks the elements in the order of the permuted array, whose axis i is axis `order[i]` of the
/// original: `visit(to, from, stride, n)` for n elements that follow each other from `to` in the
/// permuted array and lie `stride` apart from `from` in the original.
fn walk(
    dims: &[usize],
    order: &[usize],
    (to, from): (&mut usize, usize),
    visit: &mut impl FnMut(usize, usize, usize, usize),
) {
    let Some((&axis, rest)) = order.split_first() else {
        visit(*to, from, 1, 1);
        *to += 1;
        return;
    };
    let stride = dims[axis + 1..].iter().product::<usize>().max(1);
    if rest.is_empty() {
        visit(*to, from, stride, dims[axis]);
        *to += dims[axis];
        return;
    }
    for i in 0..dims[axis] {
        walk(dims, rest, (to, from + i * stride), visit);
    }
}

/// `y` = `x`, of shape `dims`, with its axes in `order`.
pub fn permute(x: &[f32], dims: &[usize], order: &[usize], y: &mut [f32]) {
    walk(dims, order, (&mut 0, 0), &mut |to, from, stride, n| {
        let from = x[from..].iter().step_by(stride);
        y[to..to + n]
            .iter_mut()
            .zip(from)
            .for_each(|(y, x)| *y = *x);
    });
}

/// The way back: `x`, of shape `dims`, from `y`, which has its axes in `order`.
pub fn unpermute(y: &[f32], dims: &[usize], order: &[usize], x: &mut [f32]) {
    walk(dims, order, (&mut 0, 0), &mut |to, from, stride, n| {
        let x = x[from..].iter_mut().step_by(stride);
        x.zip(&y[to..to + n]).for_each(|(x, y)| *x = *y);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let dims = [2, 3, 4];
        let x: Vec<f32> = (0..24).map(|i| i as f32).collect();
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]] {
            let (mut y, mut back) = (vec![0.0; 24], vec![0.0; 24]);
            permute(&x, &dims, &order, &mut y);
            let mut n = 0;
            for i in 0..dims[order[0]] {
                for j in 0..dims[order[1]] {
                    for k in 0..dims[order[2]] {
                        let mut at = [0; 3];
                        (at[order[0]], at[order[1]], at[order[2]]) = (i, j, k);
                        assert_eq!(y[n], x[(at[0] * 3 + at[1]) * 4 + at[2]]);
                        n += 1;
                    }
                }
            }
            unpermute(&y, &dims, &order, &mut back);
            assert_eq!(back, x);
        }
    }
}
