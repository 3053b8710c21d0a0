// Only a call: code in this file is isolated to the main actor, which the supervised loops do not use.
startJobmon()
