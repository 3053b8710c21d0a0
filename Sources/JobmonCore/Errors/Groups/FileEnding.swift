/// The ending of a file's name, which stays where the name is masked: it says what kind of file it is.
enum FileEnding {
    /// The ending of a name or a path, with its dot; empty: it has none.
    /// - Parameter isFile: the text is known to be a file, so that endings that are not in the list count too.
    static func of(_ range: Range<Int>, in text: MessageBytes, isFile: Bool) -> Range<Int> {
        let none = range.upperBound..<range.upperBound
        guard let dot = lastDot(range, in: text) else { return none }
        let ending = dot + 1..<range.upperBound
        guard isEnding(ending, in: text, isFile: isFile) else { return none }
        // `x.csv.gz`
        if packed.contains(where: { text[ending].elementsEqual($0) }),
            let first = lastDot(range.lowerBound..<dot, in: text),
            isEnding(first + 1..<dot, in: text, isFile: true)
        {
            return first..<range.upperBound
        }
        return dot..<range.upperBound
    }

    /// The last component of a path that has no ending, if it is a name that says what the file is for (`Makefile`,
    /// `controlDict`, `POTCAR`), with its slash; empty: it is none. Such names have capitals; those of directories of data
    /// seldom do.
    static func rolePart(of range: Range<Int>, in text: MessageBytes) -> Range<Int> {
        let none = range.upperBound..<range.upperBound
        guard let slash = text[range].lastIndex(of: UInt8(ascii: "/")), range.upperBound - slash > 3 else {
            return none
        }
        let name = text[slash + 1..<range.upperBound]
        return name.allSatisfy { $0.isASCIILetter } && name.contains { $0.isUppercase }
            ? slash..<range.upperBound : none
    }

    /// Whether the name ends as files of data do: neither a program, nor a part of one.
    static func isOfData(_ range: Range<Int>, in text: MessageBytes) -> Bool {
        guard let dot = lastDot(range, in: text), let word = ShortWord(text[dot + 1..<range.upperBound]) else {
            return false
        }
        return known.contains(word) && !scripts.contains(word)
    }

    /// Whether a name is that of a part that a program needs: a shared library, a header, a module of Perl. They are
    /// missing like modules are, so their names stay.
    static func isDependency(_ range: Range<Int>, in text: MessageBytes) -> Bool {
        guard let dot = lastDot(range, in: text) else { return false }
        if let word = ShortWord(text[dot + 1..<range.upperBound]), parts.contains(word) { return true }
        // `libfoo.so.3`
        var start = range.upperBound
        while start > range.lowerBound, text[start - 1].isDigit || text[start - 1] == UInt8(ascii: ".") { start -= 1 }
        return start < range.upperBound && text.has(".so.", at: start - 3)
    }

    /// The last dot of a name that has something before and behind it.
    private static func lastDot(_ range: Range<Int>, in text: MessageBytes) -> Int? {
        var index = range.upperBound - 1
        while index > range.lowerBound {
            let byte = text[index]
            if byte == UInt8(ascii: "/") { return nil }
            if byte == UInt8(ascii: ".") {
                return index + 1 < range.upperBound && text[index - 1] != UInt8(ascii: "/") ? index : nil
            }
            index -= 1
        }
        return nil
    }

    private static func isEnding(_ range: Range<Int>, in text: MessageBytes, isFile: Bool) -> Bool {
        let bytes = text[range]
        if let word = ShortWord(bytes), known.contains(word) || parts.contains(word) { return true }
        // Numbers in an ending differ from job to job (`job.o12345`).
        return isFile && (1...6).contains(bytes.count) && bytes.allSatisfy { $0.isASCIILetter }
    }

    private static let packed: [[UInt8]] = ["gz", "bz2", "xz", "zst", "lz4", "zip", "Z"].map { Array($0.utf8) }
    private static let parts = ShortWord.set("so dylib dll h hh hpp hxx cuh pm")
    private static let scripts = ShortWord.set("py r rmd jl pl rb js mjs ts m sh bash zsh csh tcl lua exe bin jar do")

    /// Endings by which a name in the middle of a sentence is known to be a file. `numpy.linalg` is none.
    private static let known = ShortWord.set(
        """
        csv tsv txt dat json jsonl yaml yml xml toml ini cfg conf log out err tmp temp bak lock pid
        nc nc4 cdf cdl h5 hdf hdf5 zarr grb grib grb2 grib2 ctl tif tiff geotiff png jpg jpeg gif pdf svg eps ps bmp
        shp dbf shx prj geojson gpkg kml kmz las laz vrt asc bil
        fa fasta fna faa ffn fq fastq sam bam cram bai crai csi tbi bed bedgraph bim fam pgen pvar psam vcf bcf gff gff3
        gtf wig bw bigwig sra fai dict 2bit hmm aln phy nex nexus nwk tree newick mzml mzxml mgf
        gz bz2 xz zst lz4 zip tar tgz 7z rar npy npz pkl pickle joblib parquet feather arrow orc avro db sqlite sqlite3
        duckdb rds rda rdata sav dta sas7bdat por xls xlsx ods doc docx md rst html htm css tex bib ipynb
        py pyc pyx r rmd rout jl m mat mlx pl rb js mjs ts tsx sh bash zsh csh c cc cpp cxx cu f f77 f90 f95 f03 f08
        rs go java class jar scala kt cs swift lua tcl sql o a exe bin iso
        cif pdb gro top itp tpr trr xtc edr mdp ndx cpt pqr mol mol2 sdf xyz upf psf psml in inp gjf com fchk cube wfn
        chk prmtop inpcrd dcd rst7 mdcrd lmp frd nii mgz mgh dcm edf bdf vhdr fits
        mps lp mod dzn bug jags stan edp cir gp gnuplot plt sps do gdt msh vtk vtu vtp stl ply iges foam exr
        wav mp3 mp4 avi ckpt pt pth onnx pb tflite safetensors
        """)
}
