import Glibc
import JobmonCore

/// The environment variables that tell a command how much of this host it has.
enum ShareVariables {
    /// The GPUs, for CUDA.
    static let visibleDevices = "CUDA_VISIBLE_DEVICES"
    /// The number of threads, for OpenMP and for the libraries that follow it unless their own variable is set.
    private static let openMP = "OMP_NUM_THREADS"
    private static let followers = [
        "BLIS_NUM_THREADS", "GOTO_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "OPENBLAS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ]
    /// The same for others, which do not know OpenMP.
    private static let others = [
        "JULIA_NUM_THREADS", "MC_CORES", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS",
    ]

    /// `NAME=value` for each. A job that says nothing of slots keeps the threads that its program would start, as without
    /// jobmon.
    /// - Parameter isSet: whether this process has a variable, which its commands inherit.
    static func of(
        _ share: RoomShare, _ job: JobDescription, isSet: (String) -> Bool = { getenv($0) != nil }
    ) -> [String] {
        var variables: [String] = []
        if !share.gpus.isEmpty { variables.append("\(visibleDevices)=\(share.gpus.joined(separator: ","))") }
        guard job.resources[JobNeed.slotsMember] != nil else { return variables }
        func isGiven(_ name: String) -> Bool { job.env[name] != nil || isSet(name) }
        // Where the user says how many threads OpenMP has, its followers are not told otherwise.
        let openMPs = isGiven(openMP) ? [] : [openMP] + followers
        for name in openMPs + others where !isGiven(name) { variables.append("\(name)=\(share.need.slots)") }
        return variables
    }
}
