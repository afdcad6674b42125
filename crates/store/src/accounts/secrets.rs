//! What is drawn, hashed and sealed for accounts. Sealing uses the operator's own key (vault), bound to the kind of fact.
