extension ErrorReader {
    /// An error of the runtime of gfortran or of Intel's compiler, or the text of `error stop`.
    static let fortran = ErrorReader.line("fortran", ["Fortran runtime error: ", "forrtl: ", "ERROR STOP "]) { lines in
        if let index = lines.all.lastIndex(where: { $0.hasPrefix("Fortran runtime error: ") }) {
            let place = lines.all[..<index].last { !$0.isEmpty }
            let line = String(lines.all[index])
            // `At line 5 of file x.f90 (unit = 10, file = 'grid.dat')`
            return place.flatMap { $0.hasPrefix("At line ") ? "\(line) (\($0.trimmed))" : nil } ?? line
        }
        return lines.last { $0.hasPrefix("forrtl: severe") || $0.hasPrefix("forrtl: error") }.map(String.init)
            ?? lines.last { $0.hasPrefix("ERROR STOP ") }.map(String.init)
    }
}
