"""主要负责人签批: who heads a unit, what a campaign asks for, and the signatures."""
