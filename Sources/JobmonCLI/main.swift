// Only calls: what stands here is isolated to the main actor, which the supervised loops know nothing of.
startJobmon()
