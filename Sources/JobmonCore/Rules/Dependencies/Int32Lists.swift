/// Many lists of small numbers in two arrays. An array of arrays would need an allocation for each.
struct Int32Lists: Sendable {
    /// Where each list begins in `values`, and where the last one ends.
    private var starts: [Int] = [0]
    private var values: [Int32] = []

    var count: Int { starts.count - 1 }

    subscript(list: Int) -> ArraySlice<Int32> { values[starts[list]..<starts[list + 1]] }

    mutating func append(_ list: some Sequence<Int32>) {
        values.append(contentsOf: list)
        starts.append(values.count)
    }

    /// The reverse: for each number below `count` the lists that contain it, in ascending order.
    func inverted(count: Int) -> Int32Lists {
        Int32Lists(count: count) { put in
            for list in 0..<self.count { for value in self[list] { put(Int(value), Int32(list)) } }
        }
    }
}

extension Int32Lists {
    /// - Parameter fill: puts each value into its list. It is called twice, to count and to fill, and must do the same
    ///   each time.
    init(count: Int, _ fill: (_ put: (_ list: Int, _ value: Int32) -> Void) -> Void) {
        var ends = [Int](repeating: 0, count: count + 1)
        fill { list, _ in ends[list + 1] += 1 }
        for list in 0..<count { ends[list + 1] += ends[list] }
        starts = ends
        var values = [Int32](repeating: 0, count: ends[count])
        fill { list, value in
            values[ends[list]] = value
            ends[list] += 1
        }
        self.values = values
    }
}
