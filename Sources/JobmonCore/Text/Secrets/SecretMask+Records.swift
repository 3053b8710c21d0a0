/// Records as everybody may see them who sees a page, a report or a list.
extension SecretMask {
    package static func masked(_ job: JobRecord) -> JobRecord {
        var job = job
        job.description.name = job.description.name.map { masked($0) }
        job.description.runfile = masked(job.description.runfile)
        job.description.args = masked(arguments: job.description.args)
        job.description.params = masked(params: job.description.params)
        job.description.env = masked(environment: job.description.env)
        job.description.resources = masked(params: job.description.resources)
        for index in job.instances.indices {
            job.instances[index].error = job.instances[index].error.map { masked($0) }
            job.instances[index].headline = job.instances[index].headline.map { masked($0) }
            if let allocated = job.instances[index].place?.allocated {
                job.instances[index].place?.allocated = masked(params: allocated)
            }
            job.instances[index].doubt = job.instances[index].doubt.map { masked($0) }
        }
        return job
    }
}
