/// What the jobs of a queue may take of a machine, all together.
package struct MachineRoom: Sendable, Hashable {
    package var slots: Int
    /// Bytes; nil: it is not counted.
    package var memory: Int64?
    /// The GPUs, as `CUDA_VISIBLE_DEVICES` names them: numbers or UUIDs.
    package var gpus: [String]
    /// Whether a job that takes more memory than it asked for is ended.
    package var enforcesMemory: Bool

    package init(slots: Int, memory: Int64? = nil, gpus: [String] = [], enforcesMemory: Bool = false) {
        self.slots = slots
        self.memory = memory
        self.gpus = gpus
        self.enforcesMemory = enforcesMemory
    }

    /// Whether a job can run here at all, alone if need be.
    package func canHold(_ need: JobNeed) -> Bool {
        need.slots <= slots && need.memory <= memory ?? .max && need.gpus <= gpus.count
    }

    /// Why a job can never run here, with the numbers; nil: it can.
    package func refusal(of need: JobNeed) -> String? {
        var reasons: [String] = []
        if need.slots > slots { reasons.append("\(need.slots) slots, and there \(slots == 1 ? "is" : "are") \(slots)") }
        if let memory, need.memory > memory {
            reasons.append("\(Units.bytes(need.memory)) of memory, and there are \(Units.bytes(memory))")
        }
        if need.gpus > gpus.count {
            let asked = "\(need.gpus) \(need.gpus == 1 ? "GPU" : "GPUs")"
            reasons.append(
                "\(asked), and there \(gpus.isEmpty ? "is none" : gpus.count == 1 ? "is 1" : "are \(gpus.count)")")
        }
        return reasons.isEmpty ? nil : "it asks for " + reasons.joined(separator: "; and for ")
    }
}

extension MachineRoom {
    package var json: JSON {
        var object: JSONObject = ["slots": .int(Int64(slots))]
        object.append("memory", ifPresent: memory.map { .int($0) })
        if !gpus.isEmpty { object.append("gpus", .array(gpus.map { .string($0) })) }
        if enforcesMemory { object.append("enforces_memory", .bool(true)) }
        return .object(object)
    }

    /// - Throws: an error that names the invalid member.
    package init(_ fields: JSONFields) throws(FieldError) {
        self.init(
            slots: Int(clamping: try fields.required("slots", try fields.int("slots", atLeast: 0))),
            memory: try fields.int("memory", atLeast: 0), gpus: try fields.strings("gpus") ?? [],
            enforcesMemory: try fields.bool("enforces_memory") ?? false)
    }
}
