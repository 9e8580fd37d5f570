using R1Pipeline.Jail;

return Confinement.Enter(args);
