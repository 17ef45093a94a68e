//! A run of cells, read as rows and columns.
//!
//! A table is written as nothing but its cells, each naming its row and its column, so that whatever two people do at once to rows
//! and columns merges cell by cell. Which cell stands where is found when it is read, the same by every reader:
//!
//! ```
//! use crdt::document::grid::Grid;
//! use crdt::document::schema::Cell;
//!
//! let cell = |row: &str, column: &str| Cell { table: "t".into(), row: row.into(), column: column.into(), header: false };
//! // Samir added the column `m` in the second row only.
//! let cells = [cell("r1", "a"), cell("r1", "z"), cell("r2", "a"), cell("r2", "m"), cell("r2", "z")];
//! let grid = Grid::of(&cells.iter().collect::<Vec<_>>());
//! assert_eq!(grid.columns, ["a", "m", "z"]);
//! assert_eq!(grid.rows[0].cells, [Some(0), None, Some(1)]);
//! ```

use super::schema::Cell;

/// Rows and columns of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid<'a> {
    /// The ids of the columns from the first to the last. A column that stands twice in one row stands twice here, the second time
    /// without a name.
    pub columns: Vec<&'a str>,
    /// From the first to the last.
    pub rows: Vec<Row<'a>>,
}

/// One row of a [`Grid`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// Its id.
    pub id: &'a str,
    /// As many as there are columns: the place of the cell in the run, or `None` where none was written.
    pub cells: Vec<Option<usize>>,
}

impl<'a> Grid<'a> {
    /// The grid of a run of cells in text order. A row is a run of neighbours that name the same one. The order of columns is the
    /// first row's, into which each later row merges what it has more: behind the column that stands before it there.
    pub fn of(cells: &[&'a Cell]) -> Grid<'a> {
        let mut runs: Vec<(&str, Vec<usize>)> = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            match runs.last_mut() {
                Some((row, places)) if *row == cell.row => places.push(at),
                _ => runs.push((&cell.row, vec![at])),
            }
        }
        let mut columns =
            merged(runs.iter().map(|(_, places)| places.iter().map(|at| cells[*at].column.as_str())));
        let place = |(id, places): (&'a str, Vec<usize>)| {
            let mut row = Row { id, cells: Vec::new() };
            for at in places {
                let column = columns.iter().position(|column| *column == cells[at].column);
                row.cells.resize(row.cells.len().max(column.unwrap_or(0)), None);
                row.cells.push(Some(at));
            }
            row
        };
        let mut rows: Vec<Row<'_>> = runs.into_iter().map(place).collect();
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0).max(columns.len());
        columns.resize(width, "");
        rows.iter_mut().for_each(|row| row.cells.resize(width, None));
        Grid { columns, rows }
    }
}

fn merged<'a>(rows: impl Iterator<Item = impl Iterator<Item = &'a str>>) -> Vec<&'a str> {
    let mut columns: Vec<&str> = Vec::new();
    for row in rows {
        let mut next = 0;
        for column in row {
            match columns.iter().position(|known| *known == column) {
                Some(at) => next = next.max(at + 1),
                None => {
                    columns.insert(next, column);
                    next += 1;
                }
            }
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(cells: &[(&str, &str)]) -> Vec<String> {
        let cells: Vec<Cell> = cells
            .iter()
            .map(|(row, column)| Cell { row: (*row).into(), column: (*column).into(), ..Cell::default() })
            .collect();
        let grid = Grid::of(&cells.iter().collect::<Vec<_>>());
        let show = |cell: &Option<usize>| cell.map_or("·".to_string(), |at| at.to_string());
        grid.rows.iter().map(|row| row.cells.iter().map(show).collect()).collect()
    }

    #[test]
    fn doc19_rows_that_lack_a_cell_are_filled_up() {
        assert_eq!(shape(&[("1", "a"), ("1", "b"), ("2", "b"), ("3", "a")]), ["01", "·2", "3·"]);
    }

    #[test]
    fn doc19_columns_that_two_people_added_in_different_rows_stand_side_by_side() {
        assert_eq!(
            shape(&[("1", "a"), ("1", "x"), ("1", "b"), ("2", "a"), ("2", "y"), ("2", "b")]),
            ["0·12", "34·5"]
        );
    }

    #[test]
    fn doc19_a_cell_that_came_out_of_order_moves_on_and_is_not_lost() {
        assert_eq!(shape(&[("1", "a"), ("1", "b"), ("2", "b"), ("2", "a")]), ["01·", "·23"]);
        assert_eq!(shape(&[("1", "a"), ("1", "a")]), ["01"]);
    }

    #[test]
    fn doc19_cells_that_name_nothing_are_one_row() {
        assert_eq!(shape(&[("", ""), ("", ""), ("", "")]), ["012"]);
    }
}
